# Runs tests that are Python statements. The program is in another box; its names
# stand for proxies here. Names of builtins and of modules are this side's own, so
# that a program cannot put its own abs or math in their place.
import ast
import importlib

MODULES = {n: n for n in ("math cmath random string collections itertools functools operator re json datetime copy heapq bisect statistics "
                          "decimal fractions typing time sys os numpy scipy sympy queue enum dataclasses textwrap calendar hashlib uuid").split()}
MODULES.update({"np": "numpy", "sp": "scipy", "sym": "sympy"})


class Names(dict):
    """The names that tests see: their own, builtins, modules, then those of the
    program."""

    def __missing__(self, name):
        if hasattr(builtins, name):
            return getattr(builtins, name)
        if name in MODULES:
            try:
                self[name] = importlib.import_module(MODULES[name])
                return self[name]
            except ImportError:
                pass
        if name.startswith("__"):
            raise KeyError(name)
        try:
            value = self.peer.ask({"q": "name", "name": name})
        except NameError as e:
            e.of_program = "NameError: " + str(e)
            raise
        if type(value) is Proxy:
            self[name] = value
        return value


class Count(ast.NodeTransformer):
    """Notes each assertion that is reached."""

    def visit_Assert(self, node):
        here = ast.Expr(ast.Call(ast.Name("__reached__", ast.Load()), [ast.Constant(node.lineno)], []))
        return [ast.copy_location(here, node), node]


def short(v):
    try:
        s = repr(v)
    except Exception:
        s = "?"
    return s if len(s) <= 2000 else s[:1000] + " … " + s[-900:]


class Watched(Peer):
    last = None

    def call(self, target, args, kwargs):
        note = [target._name + "(" + ", ".join([short(a) for a in args] + ["%s=%s" % (k, short(v)) for k, v in kwargs.items()])[:2000] + ")", None]
        self.last = note
        out = Peer.call(self, target, args, kwargs)
        note[1] = short(out)
        self.last = note
        return out


def _user_class(v):
    return getattr(type(v), "__module__", "") == "tests"


def _exposed(v):
    return callable(v) or _user_class(v)


def _check():
    task = json.load(open(BOX + "/tests.json", encoding="utf-8"))
    peer = Watched(3, _exposed, lambda v: v is not None and _user_class(v))
    if task.get("science"):
        peer.random = Random()
        science_modules()
    reached = [0, 0]

    def note(line):
        reached[0] += 1
        reached[1] = line

    names = Names({"__name__": "tests", "__builtins__": builtins, "__reached__": note})
    names.peer = peer

    def verdict(**m):
        peer.send(dict({"verdict": m.pop("verdict"), "tests": done, "asserts": reached[0]}, **m))
        peer.reader.read(1)  # until it has been heard

    done = 0
    try:
        peer.ask({"q": "load", "prelude": task.get("prelude") or "", "depth": task.get("depth"), "rng": bool(task.get("science"))})
    except Lost:
        return
    except Exception as e:
        return verdict(verdict="runtime error", input="", got=getattr(e, "of_program", repr(e)))
    try:
        exec(compile(task.get("setup") or "", "setup", "exec"), names)
        targets = read_targets(task["targets"], len(task["tests"])) if task.get("targets") else None
        trees = []
        for source in task["tests"]:
            tree = ast.parse(source, "tests")
            trees.append(compile(ast.fix_missing_locations(Count().visit(tree)), "tests", "exec"))
    except Lost:
        return
    except Exception as e:
        return verdict(verdict="harness error", input="", got="the tests cannot be prepared: %s: %s" % (type(e).__name__, e))
    for i, code in enumerate(trees):
        source = task["tests"][i]
        peer.asked, peer.last, before = 0, None, reached[0]
        try:
            if targets is not None:
                names["targets"], names["target"] = targets, targets[i]
            if task.get("entry"):
                names["candidate"] = names[task["entry"]]
            exec(code, names)
            if i == len(trees) - 1:
                if "check" in names and task.get("entry"):
                    names["check"](names["candidate"])
                for name in [n for n in names if n.startswith("test") and isinstance(names[n], types.FunctionType)]:
                    if names[name].__module__ == "tests" and names[name].__code__.co_argcount == 0:
                        names[name]()
        except Lost:
            return
        except BaseException as e:
            return failed(verdict, e, source, reached, peer)
        if reached[0] == before and not task.get("science") and len(trees) == 1:
            return verdict(verdict="harness error", input="", got="the tests assert nothing")
        done += 1
    if reached[0] == 0:
        return verdict(verdict="harness error", input="", got="the tests assert nothing")
    verdict(verdict="passed")


def failed(verdict, e, source, reached, peer):
    m = {"input": source, "expected": "", "got": ""}
    call, value = peer.last or ["", None]
    piece = None
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Assert) and node.lineno == reached[1]:
            piece = node
    if piece is not None:
        m["input"] = ast.get_source_segment(source, piece) or source
        t = piece.test
        if isinstance(t, ast.Compare) and len(t.ops) == 1 and isinstance(t.ops[0], ast.Eq) and not isinstance(t.comparators[0], ast.Call):
            m["expected"] = ast.get_source_segment(source, t.comparators[0]) or ""
    if getattr(e, "of_program", None):
        m["got"] = e.of_program
        return verdict(verdict="runtime error", **m)
    if isinstance(e, Malformed):
        m["got"] = str(e)
        return verdict(verdict="runtime error", **m)
    if isinstance(e, AssertionError):
        m["got"] = "%s → %s" % (call, value) if call else str(e)
        return verdict(verdict="wrong answer", **m)
    m["got"] = "%s → %s; %s: %s" % (call, value, type(e).__name__, e) if call else "%s: %s" % (type(e).__name__, e)
    # Tests that fail before they ask the program for anything are broken. After
    # that the program may be the cause, and must not choose to be excused.
    verdict(verdict="wrong answer" if peer.asked else "harness error", **m)


_check()
