package eval

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"benchsite/collect/artifact"
)

// recorded finds the results of the machine on which the tools ran. They are not
// part of the repository: tests over them are skipped without them.
func recorded(t *testing.T, parts ...string) string {
	t.Helper()
	root := os.Getenv("BENCHSITE_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared")
	}
	path := filepath.Join(append([]string{root, "data", "recorded"}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("SKIP: the recorded results are not here (%s); set BENCHSITE_SHARED", parts[len(parts)-1])
	}
	return path
}

type recordedItem struct {
	ID, Type, Reason, Expected, Output string
	OK                                 bool
}

func TestRecordedFortyQuestions(t *testing.T) {
	want := map[string][3]int{"legacy-2025": {35, 35, 34}, "decidable": {39, 38, 38}, "decidable-lenient": {40, 39, 40}}
	for i, precision := range []string{"bf16", "fp8", "nvfp4"} {
		data, err := os.ReadFile(recorded(t, "2025-12-23", "qwen3-32b-answers", "acc_"+precision+".json"))
		if err != nil {
			t.Fatal(err)
		}
		var file struct{ Items []recordedItem }
		if err := json.Unmarshal(data, &file); err != nil || len(file.Items) != 40 {
			t.Fatal(len(file.Items), err)
		}
		for _, s := range Scorers() {
			if _, told := want[s.Name]; !told {
				continue
			}
			correct := 0
			for _, it := range file.Items {
				v := s.Score(Reply{Type: it.Type, Expected: it.Expected, Output: it.Output})
				if v.Outcome == artifact.OutcomeCorrect {
					correct++
				}
				if s.Name == "legacy-2025" && (it.OK != (v.Outcome == artifact.OutcomeCorrect) || v.Detail != it.Reason) {
					t.Errorf("%s item %s: %s, published %s", precision, it.ID, v.Detail, it.Reason)
				}
			}
			if correct != want[s.Name][i] {
				t.Errorf("%s of %s: %d of 40, want %d", s, precision, correct, want[s.Name][i])
			}
		}
	}
}

func TestRecordedMaths(t *testing.T) {
	dir := []string{"2025-12-24", "lm-eval-answer-only"}
	for _, c := range []struct {
		file              string
		recorded, rescore int
		changed, meaning  []int // accepted besides by boxed v1, and by v2
	}{
		{"samples_hendrycks_math500_2025-12-24T00-52-25.664596.jsonl", 27, 30, []int{7, 14, 51}, []int{7, 14, 29, 40, 51, 52, 68, 74, 92}},
		{"samples_hendrycks_math500_2025-12-24T00-54-47.604098.jsonl", 25, 27, []int{51, 69}, []int{7, 36, 40, 51, 52, 69, 74, 92}},
		{"samples_hendrycks_math500_2025-12-24T00-56-57.326764.jsonl", 28, 31, []int{14, 19, 35}, []int{14, 19, 20, 27, 35, 36, 45, 92}},
		{"samples_aime24_2025-12-24T00-51-06.585575.jsonl", 0, 0, nil, nil},
		{"samples_aime24_2025-12-24T00-53-25.686791.jsonl", 0, 0, nil, nil},
		{"samples_aime24_2025-12-24T00-55-41.518962.jsonl", 0, 0, nil, nil},
	} {
		f, err := os.Open(recorded(t, append(dir, c.file)...))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		old, now := 0, 0
		var changed, meaning []int
		lines := bufio.NewScanner(f)
		lines.Buffer(nil, 1<<22)
		for lines.Scan() {
			var row struct {
				DocID  int         `json:"doc_id"`
				Target string      `json:"target"`
				Resps  [][]string  `json:"resps"`
				Exact  json.Number `json:"exact_match"`
			}
			if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
				t.Fatal(err)
			}
			was := strings.HasPrefix(row.Exact.String(), "1")
			is := scoreBoxed(Reply{Expected: row.Target, Output: row.Resps[0][0]}).Outcome == artifact.OutcomeCorrect
			old, now = old+b2i(was), now+b2i(is)
			v2 := scoreBoxed2(Reply{Expected: row.Target, Output: row.Resps[0][0]})
			if v2.Outcome == artifact.OutcomeCorrect && !was {
				meaning = append(meaning, row.DocID)
			} else if was && v2.Outcome != artifact.OutcomeCorrect {
				t.Errorf("%s: item %d was accepted and is not by v2 (%s)", c.file, row.DocID, v2.Detail)
			}
			if was && !is {
				t.Errorf("%s: item %d was accepted and is not", c.file, row.DocID)
			} else if was != is {
				changed = append(changed, row.DocID)
			}
		}
		slices.Sort(changed)
		slices.Sort(meaning)
		if !slices.Equal(meaning, c.meaning) {
			t.Errorf("%s: boxed v2 accepts %v besides, want %v", c.file, meaning, c.meaning)
		}
		if old != c.recorded || now != c.rescore || !slices.Equal(changed, c.changed) {
			t.Errorf("%s: %d, boxed %d, changed %v; want %s", c.file, old, now, changed, strconv.Itoa(c.rescore))
		}
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}
