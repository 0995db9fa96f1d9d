package eval

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// pickled packs tests as they are published: a pickled string, zlib, base64.
func pickled(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	data := append([]byte("\x80\x04X"), binary.LittleEndian.AppendUint32(nil, uint32(len(text)))...)
	if _, err := z.Write(append(append(data, text...), '.')); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(b.Bytes())
}

type lcbRow struct {
	Title      string `json:"question_title" parquet:"question_title"`
	Content    string `json:"question_content" parquet:"question_content"`
	Platform   string `json:"platform" parquet:"platform"`
	ID         string `json:"question_id" parquet:"question_id"`
	Date       string `json:"contest_date" parquet:"contest_date"`
	Starter    string `json:"starter_code" parquet:"starter_code"`
	Difficulty string `json:"difficulty" parquet:"difficulty"`
	Public     string `json:"public_test_cases" parquet:"public_test_cases"`
	Private    string `json:"private_test_cases" parquet:"private_test_cases"`
	Metadata   string `json:"metadata" parquet:"metadata"`
}

const gcdGold, gcdBad = "```python\na, b = map(int, input().split())\nprint(gcd(a, b))\n```", "```python\na, b = map(int, input().split())\nprint(min(a, b))\n```"
const keepGold = "```python\nclass Solution:\n    def keep(self, v: List[int], k: int) -> List[int]:\n        return [x for x in v if x > k]\n```"
const keepBad = "```python\nclass Solution:\n    def keep(self, v, k):\n        return [x for x in v if x >= k]\n```"

// lcbRows are problems in the published form, made for these tests.
func lcbRows(t *testing.T) []lcbRow {
	large, err := json.Marshal([]map[string]string{{"input": "12 18\n", "output": "6\n", "testtype": "stdin"}, {"input": "1 1\n" + strings.Repeat(" ", 300<<10), "output": "1", "testtype": "stdin"}})
	if err != nil {
		t.Fatal(err)
	}
	return []lcbRow{
		{"Gcd", "Print the gcd of two numbers. GCD", "atcoder", "abc1_a", "2024-10-05T00:00:00", "", "easy", `[{"input": "4 6\n", "output": "2\n", "testtype": "stdin"}]`, pickled(t, `[{"input": "7 5\n", "output": "1\n", "testtype": "stdin"}]`), "{}"},
		{"Keep", "Keep what is above k. KEEP", "leetcode", "3001", "2025-02-28T00:00:00", "class Solution:\n    def keep(self, v: List[int], k: int) -> List[int]:\n        ", "hard", `[{"input": "[1, 2, 3]\n1", "output": "[2, 3]", "testtype": "functional"}]`, pickled(t, `[{"input": "[]\n5", "output": "[]", "testtype": "functional"}]`), `{"func_name": "keep"}`},
		{"Large", "Print the gcd again. GCD", "atcoder", "abc2_b", "2024-11-01T00:00:00", "", "medium", "[]", pickled(t, string(large)), "{}"},
		{"Early", "Too early.", "atcoder", "abc0_a", "2024-09-30T00:00:00", "", "easy", `[{"input": "", "output": ""}]`, "", "{}"},
		{"Late", "Too late.", "codeforces", "1_A", "2025-03-01T00:00:00", "", "easy", `[{"input": "", "output": ""}]`, "", "{}"},
	}
}

func jsonLines(t *testing.T, rows []lcbRow) []byte {
	t.Helper()
	var b bytes.Buffer
	for _, r := range rows {
		line, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(append(line, '\n'))
	}
	return b.Bytes()
}

const window = "livecodebench-v6-2024-10-2025-03"

func TestLiveCodeBench(t *testing.T) {
	rows := lcbRows(t)
	folder, mirror := t.TempDir(), t.TempDir()
	write(t, filepath.Join(folder, "test5.jsonl"), jsonLines(t, rows[:2]))
	write(t, filepath.Join(folder, "test6.jsonl"), jsonLines(t, append(rows[1:], rows[0]))) // the second file repeats some
	write(t, filepath.Join(mirror, "release_v6", "test-00000-of-00001.parquet"), table(t, rows))
	write(t, filepath.Join(mirror, "release_v5", "test-00000-of-00001.parquet"), table(t, rows[:1]))
	files := map[string][]byte{lcbDataset + "/test6.jsonl": jsonLines(t, rows)}
	for _, name := range []string{"test", "test2", "test3", "test4", "test5"} {
		files[lcbDataset+"/"+name+".jsonl"] = jsonLines(t, rows[3:4])
	}
	hubServer := httptest.NewServer(&standIn{files: files})
	defer hubServer.Close()

	var hash string
	for name, from := range map[string]Source{"folder": {Folder: folder, Cache: t.TempDir()}, "mirror": {Folder: mirror, Cache: t.TempDir()}, "hub": {Hub: hubServer.URL, Cache: t.TempDir(), Token: "secret"}} {
		suite, err := LoadSuite(t.Context(), window, from)
		if err != nil {
			t.Fatal(name, err)
		}
		if suite.Name != window || len(suite.Items) != 3 || suite.Of != 3 || !strings.Contains(*suite.Dataset.Split, "release_v6") {
			t.Fatalf("%s: %s, %d items, %s", name, suite.Name, len(suite.Items), *suite.Dataset.Split)
		}
		if h := suite.ItemsHash(); hash != "" && h != hash {
			t.Errorf("%s: other items than elsewhere", name)
		} else {
			hash = h
		}
		for _, it := range suite.Items {
			if asked := it.asked(); strings.Contains(asked, "KEEP") != strings.Contains(asked, "def keep(self") || strings.Contains(asked, "12 18") {
				t.Errorf("%s: %s", name, asked)
			}
		}
		if name != "folder" {
			continue
		}
		for _, c := range []struct {
			gcd, keep string
			correct   int64
		}{{gcdGold, keepGold, 3}, {gcdBad, keepBad, 0}} {
			a, by := runPrograms(t, suite, 1, func(prompt string, _ int) string {
				if strings.Contains(prompt, "KEEP") {
					return c.keep
				}
				return c.gcd
			})
			if got := *a.Eval.Tasks[0].Outcomes.Correct; got != c.correct {
				t.Errorf("%d correct: %+v", got, by)
			}
			if rec := by["abc1_a"]; c.correct == 0 && (rec.Code.Failed == nil || rec.Code.Failed.Test != 1 || rec.Code.Failed.Expected != "2\n" || rec.Code.Failed.Got != "4\n" || rec.Code.Failed.Input != "4 6\n") {
				t.Errorf("the failed test: %+v", rec.Code.Failed)
			}
			if rec := by["abc2_b"]; !strings.HasPrefix(text(rec.Expected), "sha256:") || rec.Code.Tests != 2 {
				t.Errorf("tests that are kept aside: %s %+v", text(rec.Expected), rec.Code)
			}
			var groups []string
			for _, g := range a.Eval.Tasks[0].Groups {
				groups = append(groups, strings.Trim(g.By+":"+g.Name, ":"))
			}
			if strings.Join(groups, " ") != "easy medium hard platform:atcoder platform:leetcode" {
				t.Errorf("groups %v", groups)
			}
		}
	}
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestLiveCodeBenchNotRun(t *testing.T) {
	bad := lcbRows(t)[:1]
	bad[0].Private = base64.StdEncoding.EncodeToString([]byte("no zlib"))
	evil := lcbRows(t)[:1]
	evil[0].Private = func() string {
		var b bytes.Buffer
		z := zlib.NewWriter(&b)
		_, _ = z.Write([]byte("cos\nsystem\n(S'id'\ntR."))
		_ = z.Close()
		return base64.StdEncoding.EncodeToString(b.Bytes())
	}()
	for _, c := range []struct {
		name, suite, words string
		data               []byte
	}{
		{"no file", window, "holds no test6.jsonl", nil},
		{"empty window", "livecodebench-v6-2023-05-2023-06", "no problem from 2023-05-01 to before 2023-06-01", jsonLines(t, lcbRows(t))},
		{"broken line", window, "line 2", append(jsonLines(t, lcbRows(t)[:1]), "{"...)},
		{"not zlib", window, "zlib", jsonLines(t, bad)},
		{"pickle that calls", window, "GLOBAL", jsonLines(t, evil)},
	} {
		folder := t.TempDir()
		if c.data != nil {
			write(t, filepath.Join(folder, "test6.jsonl"), c.data)
		}
		_, err := LoadSuite(t.Context(), c.suite, Source{Folder: folder, Cache: t.TempDir()})
		var missing *NotRun
		if !errors.As(err, &missing) || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%s: %v, want %q", c.name, err, c.words)
		}
	}
}

func TestLiveCodeBenchNames(t *testing.T) {
	for name, want := range map[string]string{
		"livecodebench-v6-2024-10-2025-03":       "2024-10-01 2025-03-01",
		"livecodebench-v5-2024-10-05-2025-02-10": "2024-10-05 2025-02-10",
		"livecodebench-v6":                       "2023-05-01 2025-05-01",
		"livecodebench-v7-2024-10-2025-03":       "",
		"livecodebench-v6-2025-03-2024-10":       "",
		"livecodebench-v6-2024-13-2025-03":       "",
		"livecodebench":                          "",
	} {
		l, ok := parseLCB(name)
		if got := strings.TrimSpace(l.from + " " + l.to); ok != (want != "") || ok && got != want {
			t.Errorf("%s: %q %v", name, got, ok)
		}
		if ok != Known(name) {
			t.Errorf("%s: known is %v", name, Known(name))
		}
	}
	if l, _ := parseLCB("livecodebench-v6"); l.name() != "livecodebench-v6-2023-05-2025-05" {
		t.Error("a name without dates must be completed:", l.name())
	}
	for in, want := range map[string]string{"2024-10-05T00:00:00": "2024-10-05", "2024-10-05 00:00:00": "2024-10-05", "1728086400": "2024-10-05", "1728086400000": "2024-10-05", "1728086400000000000": "2024-10-05", "soon": ""} {
		if got, _ := contestDay(in); got != want {
			t.Errorf("%s: %s", in, got)
		}
	}
}
