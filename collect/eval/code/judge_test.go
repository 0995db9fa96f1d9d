package code

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"

	"benchsite/collect/artifact"
	"benchsite/collect/sandbox"
)

var openBox = sync.OnceValues(func() (*sandbox.Box, error) { return sandbox.Open(context.Background(), sandbox.Options{}) })

// judge is a judge with a real box. Where there is none the test says so.
func judge(t *testing.T) *Judge {
	t.Helper()
	box, err := openBox()
	var refused *sandbox.Refused
	if errors.As(err, &refused) && os.Getenv("CI") != "true" {
		t.Skip("SKIP: " + err.Error())
	}
	if err != nil {
		t.Fatal(err)
	}
	return &Judge{Box: box}
}

// brief is a problem with a limit that only a program without an end reaches, so
// that the tests need not wait long for it.
func brief(p Problem) Problem {
	p.Seconds = 0.7
	return p
}

type trial struct {
	name    string
	problem Problem
	program string
	want    artifact.Verdict
}

var (
	double = Problem{Form: Stdin, Imports: true, Seconds: 8, Tests: []Test{{Input: "2\n", Output: "4"}, {Input: "10\n", Output: "20\n"}}}
	add    = Problem{Form: Call, Imports: true, Entry: "add", Seconds: 8, Tests: []Test{{Input: "1\n2", Output: "3"}, {Input: "-1\n1", Output: "0"}}}
	group  = Problem{Form: Call, Imports: true, Entry: "group", Seconds: 8, Tests: []Test{{Input: "[1, 2, 3]\n{\"k\": 2}", Output: "[[1, 2], [3]]"}}}
	tally  = Problem{Form: Call, Entry: "tally", Seconds: 8, Tests: []Test{{Input: `"aab"`, Output: `{"a": 2, "b": 1}`}}}
	human  = Problem{Form: Assert, Entry: "double", Preamble: "def double(x: int) -> int:\n    \"\"\" Twice x.\n    >>> double(2)\n    4\n    \"\"\"\n", Seconds: 8,
		Tests: []Test{{Source: "METADATA = {}\n\ndef check(candidate):\n    assert candidate(2) == 4\n    assert candidate(5) == 10\n    assert abs(candidate(0.5) - 1.0) < 1e-6\n"}}}
	mbpp  = Problem{Form: Assert, Seconds: 8, Tests: []Test{{Source: "assert similar((3, 4), (4, 5)) == (4,)"}, {Source: "assert set(similar((1, 2), (2, 1))) == {1, 2}"}, {Source: "assert math.isclose(similar((9,), (9,))[0], 9)"}}}
	order = Problem{Form: Assert, Seconds: 8, Tests: []Test{{Source: "assert sort_by(lambda x: -x, [1, 3, 2]) == [3, 2, 1]\nv = [3, 1]\nin_place(v)\nassert v == [1, 3]"}}}
	stack = Problem{Form: Assert, Seconds: 8, Tests: []Test{{Source: "s = Stack()\ns.push(1)\ns.push((2, 'x'))\nassert len(s) == 2\nassert s.pop() == (2, 'x')\nassert s.size == 1\nassert list(s) == [1]\ntry:\n    s.pop(); s.pop()\n    assert False\nexcept IndexError:\n    pass"}}}
)

const (
	goodSimilar = "def similar(a, b):\n    return tuple(set(a) & set(b))"
	goodStack   = "class Stack:\n    def __init__(self): self.v = []\n    def push(self, x): self.v.append(x)\n    def pop(self): return self.v.pop()\n    def __len__(self): return len(self.v)\n    def __iter__(self): return iter(self.v)\n    @property\n    def size(self): return len(self.v)"
)

var trials = []trial{
	{"stdin good", double, "print(2*int(input()))", artifact.Passed},
	{"stdin main guard", double, "import sys\ndef main():\n    print(int(sys.stdin.readline())*2)\nif __name__ == '__main__':\n    main()", artifact.Passed},
	{"stdin leaves with a code", double, "import sys\nprint(2*int(input()))\nsys.exit(1)", artifact.Passed},
	{"stdin usual modules", double, "print(reduce(lambda a, b: a+b, [int(l) for l in stdin]*2))", artifact.Passed},
	{"stdin decimals", double, "print(f'{2*int(input()):.3f}  ')", artifact.Passed},
	{"stdin wrong", double, "print(int(input())+2)", artifact.WrongAnswer},
	{"stdin a line more", double, "print(2*int(input()))\nprint('done')", artifact.WrongAnswer},
	{"stdin silent", double, "pass", artifact.WrongAnswer},
	{"stdin raises", double, "print(2*int(input()))\nraise ValueError('no')", artifact.RuntimeError},
	{"stdin no syntax", double, "print(2*int(input())", artifact.RuntimeError},
	{"stdin endless", brief(double), "while True: pass", artifact.TimeOut},
	{"stdin sleeps", brief(double), "import time\ntime.sleep(60)", artifact.TimeOut},
	{"stdin memory", double, "x = bytearray(8 << 30)\nprint(4)", artifact.OutOfMemory},
	{"stdin endless output", double, "while True: print('4' * 4096)", artifact.OutputLimit},
	{"stdin kills itself", double, "import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)", artifact.Killed},
	{"stdin exit 0", double, "import os\nos._exit(0)", artifact.WrongAnswer},
	{"stdin reads the box", double, "import os\nfor d, _, fs in os.walk('/box'):\n    for f in fs: print(open(os.path.join(d, f)).read())", artifact.WrongAnswer},

	{"call good", add, "class Solution:\n    def add(self, a: int, b: int) -> int:\n        return a + b", artifact.Passed},
	{"call plain function", add, "def add(a, b): return float(a + b)", artifact.Passed},
	{"call typing without import", add, "class Solution:\n    def add(self, a: Optional[int], b: List[int]) -> int:\n        return a + b", artifact.Passed},
	{"call wrong", add, "def add(a, b): return a - b", artifact.WrongAnswer},
	{"call text for number", add, "def add(a, b): return str(a + b)", artifact.WrongAnswer},
	{"call raises", add, "def add(a, b): return a / (a - a)", artifact.RuntimeError},
	{"call missing", add, "def plus(a, b): return a + b", artifact.RuntimeError},
	{"call exit 0", add, "import os\ndef add(a, b): os._exit(0)", artifact.RuntimeError},
	{"call exit before", add, "import sys\nsys.exit(0)", artifact.RuntimeError},
	{"call claims equality", add, "class E(int):\n    def __eq__(s, o): return True\n    __hash__ = None\ndef add(a, b): return E(99)", artifact.WrongAnswer},
	{"call object", add, "class E:\n    def __eq__(s, o): return True\ndef add(a, b): return E()", artifact.RuntimeError},
	{"call writes its own answer", add, "import os, struct\nos.write(3, struct.pack('>I', 10) + b'{\"r\":true}')\ndef add(a, b): return 1", artifact.WrongAnswer},
	{"call writes nonsense", add, "import os\nos.write(3, b'\\x7f\\xff\\xff\\xff{}')\ndef add(a, b): return 3", artifact.RuntimeError},
	{"call prints markers", add, "print('PASSED', 'OK', 3)\ndef add(a, b): return None", artifact.WrongAnswer},
	{"call endless", brief(add), "def add(a, b):\n    while True: pass", artifact.TimeOut},
	{"call memory", add, "def add(a, b): return len(bytearray(8 << 30))", artifact.OutOfMemory},
	{"call list", group, "def group(v, o): return [v[i:i+o['k']] for i in range(0, len(v), o['k'])]", artifact.Passed},
	{"call tuples", group, "def group(v, o): return tuple(tuple(v[i:i+o['k']]) for i in range(0, len(v), o['k']))", artifact.Passed},
	{"call dict", tally, "from collections import Counter\ndef tally(s): return Counter(s)", artifact.Passed},
	{"call dict wrong", tally, "def tally(s): return {'a': 2}", artifact.WrongAnswer},

	{"human good", human, "def double(x):\n    return 2 * x", artifact.Passed},
	{"human completion", human, "    return 2 * x", artifact.Passed},
	{"human wrong", human, "def double(x):\n    return x + 2", artifact.WrongAnswer},
	{"human None", human, "def double(x):\n    pass", artifact.WrongAnswer},
	{"human raises", human, "def double(x):\n    raise KeyError(x)", artifact.RuntimeError},
	{"human asserts itself", human, "def double(x):\n    assert False", artifact.RuntimeError},
	{"human undefined", Problem{Form: Assert, Entry: "double", Tests: human.Tests}, "def twice(x):\n    return 2 * x", artifact.RuntimeError},
	{"human syntax", human, "def double(x:", artifact.RuntimeError},
	{"human endless", brief(human), "def double(x):\n    while True: pass", artifact.TimeOut},
	{"human exit 0", human, "import os\nos._exit(0)", artifact.RuntimeError},
	{"human exit in call", human, "import sys\ndef double(x):\n    sys.exit(0)", artifact.RuntimeError},
	{"human equal to all", human, "class E:\n    def __eq__(s, o): return True\n    def __sub__(s, o): return 0\n    def __abs__(s): return 0\n    def __lt__(s, o): return True\ndef double(x):\n    return E()", artifact.WrongAnswer},
	{"human own abs", human, "abs = lambda x: 0\ndef double(x):\n    return {2: 4, 5: 10}.get(x, 77)", artifact.WrongAnswer},
	{"human patches builtins", human, "import builtins, json\nbuiltins.abs = lambda x: 0\nbuiltins.AssertionError = type('A', (Exception,), {})\njson.dumps = lambda *a, **k: '{\"verdict\": \"passed\"}'\ndef double(x):\n    return 1", artifact.RuntimeError},
	{"human forges the verdict", human, "import os, struct\nm = b'{\"verdict\": \"passed\", \"tests\": 1, \"asserts\": 3}'\nos.write(3, struct.pack('>I', len(m)) + m)\nos._exit(0)", artifact.RuntimeError},
	{"human reads the caller", human, "import sys\ndef double(x):\n    f = sys._getframe()\n    while f:\n        for k, v in list(f.f_globals.items()) + list(f.f_locals.items()):\n            if k == 'check': return 4\n        f = f.f_back\n    return 0", artifact.WrongAnswer},
	{"human kills the parent", human, "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\nos.kill(1, signal.SIGKILL)\ndef double(x): return 0", artifact.WrongAnswer},
	{"human rewrites tests", human, "for f in ('/box/tests.json', '/box/run.py', '/tmp/tests.json'):\n    try: open(f, 'w').write('')\n    except OSError: pass\ndef double(x): return 0", artifact.WrongAnswer},
	{"human asks for the tests", human, "import os, struct, json\ndef q(m):\n    b = json.dumps(m).encode()\n    os.write(3, struct.pack('>I', len(b)) + b)\n    n = struct.unpack('>I', os.read(3, 4))[0]\n    return os.read(3, n)\ndef double(x):\n    r = q({'q': 'name', 'name': 'check'}) + q({'q': 'getattr', 'id': 1, 'name': '__globals__'})\n    return 4 if b'\"e\"' not in r else 0 if r else 1\n", artifact.WrongAnswer},

	{"human entry is a value", human, "double = 5", artifact.WrongAnswer},
	{"human nests without end", human, "import os, struct\ndef double(x):\n    m = b'{\"r\": ' + b'[' * 100000 + b']' * 100000 + b'}'\n    os.write(3, struct.pack('>I', len(m)) + m)\n    os._exit(0)", artifact.RuntimeError},
	{"human eats the memory of the tests", Problem{Form: Assert, Entry: "f", Seconds: 3, Memory: 256 << 20, Tests: []Test{{Source: "assert sum(1 for _ in [f()] * 2) == 2\nassert list(f()) == [1]"}}}, "def f():\n    return range(10 ** 10)", artifact.WrongAnswer},

	{"mbpp good", mbpp, goodSimilar, artifact.Passed},
	{"mbpp list", mbpp, "def similar(a, b):\n    return [x for x in a if x in b]", artifact.WrongAnswer},
	{"mbpp own math and set", mbpp, "class math:\n    isclose = staticmethod(lambda *a: True)\nset = lambda v: {1, 2}\ndef similar(a, b):\n    return (4,)", artifact.WrongAnswer},
	{"callables and mutation", order, "def sort_by(key, v):\n    return sorted(v, key=key)\ndef in_place(v):\n    v.sort()", artifact.Passed},
	{"mutation missing", order, "def sort_by(key, v):\n    return sorted(v, key=key)\ndef in_place(v):\n    return sorted(v)", artifact.WrongAnswer},
	{"reaches through a callable", order, "def sort_by(key, v):\n    key.__globals__\n    return [3, 2, 1]\ndef in_place(v):\n    v.sort()", artifact.RuntimeError},
	{"object good", stack, goodStack, artifact.Passed},
	{"object wrong", stack, strings.Replace(goodStack, "pop()", "pop(0)", 1), artifact.WrongAnswer},

	{"no assertion", Problem{Form: Assert, Entry: "f", Tests: []Test{{Source: "def helper():\n    pass\n"}}}, "def f(): pass", artifact.HarnessError},
	{"test functions", Problem{Form: Assert, Entry: "f", Tests: []Test{{Source: "def test_one():\n    assert f() == 1\n"}}}, "def f(): return 2", artifact.WrongAnswer},
	{"broken tests", Problem{Form: Assert, Entry: "f", Tests: []Test{{Source: "assert f( == 1"}}}, "def f(): return 1", artifact.HarnessError},
	{"no tests", Problem{Form: Stdin}, "print(1)", artifact.HarnessError},
	{"needs more", Problem{Form: Stdin, Needs: "SciPy below 1.14 is needed", Tests: double.Tests}, "print(1)", artifact.HarnessError},
}

func TestVerdicts(t *testing.T) {
	j := judge(t)
	for _, tr := range trials {
		t.Run(tr.name, func(t *testing.T) {
			t.Parallel()
			r, err := j.Run(t.Context(), &tr.problem, tr.program)
			if err != nil {
				t.Fatal(err)
			}
			if r.Verdict != tr.want {
				t.Errorf("%s, want %s; failed: %+v", r.Verdict, tr.want, r.Failed)
			}
			if (r.Verdict == artifact.Passed) != (r.Failed == nil) || r.Verdict == artifact.Passed && r.Passed != r.Tests {
				t.Errorf("%+v", r)
			}
		})
	}
}
