package eval

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"benchsite/collect/artifact"
	"benchsite/collect/endpoint/endpointtest"

	"github.com/parquet-go/parquet-go"
)

// standIn plays the Hub with small files in the published forms, written for
// these tests. Every dataset can be out of order in its own way.
type standIn struct {
	files  map[string][]byte // dataset/file
	mode   string            // "", 401, 403, 404, slow, corrupt, cut, odd
	asked  int
	tokens []string
}

const standInRevision = "0123456789abcdef0123456789abcdef01234567"

func (h *standIn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.asked++
	h.tokens = append(h.tokens, r.Header.Get("Authorization"))
	file := strings.Contains(r.URL.Path, "/resolve/")
	switch {
	case h.mode == "401" || h.mode == "403":
		code := 401
		if h.mode == "403" {
			code = 403
		}
		w.WriteHeader(code)
	case h.mode == "404" && file:
		w.WriteHeader(404)
	case h.mode == "slow":
		time.Sleep(300 * time.Millisecond)
	case h.mode == "cut" && file:
		w.Header().Set("Content-Length", "1000")
		fmt.Fprint(w, `{"problem":`)
	case h.mode == "corrupt" && file:
		fmt.Fprint(w, `{"problem": "1+1?", "answer`)
	case h.mode == "odd":
		fmt.Fprint(w, "<html>welcome</html>")
	case !file:
		fmt.Fprintf(w, `{"id":"x","sha":%q}`, standInRevision)
	default:
		path := strings.Replace(strings.TrimPrefix(r.URL.Path, "/datasets/"), "/resolve/"+standInRevision, "", 1)
		data, ok := h.files[path]
		if !ok {
			w.WriteHeader(404)
			return
		}
		_, _ = w.Write(data)
	}
}

type mmluRow struct {
	ID       int64    `parquet:"question_id"`
	Question string   `parquet:"question"`
	Options  []string `parquet:"options,list"`
	Answer   string   `parquet:"answer"`
	Index    int64    `parquet:"answer_index"`
	Category string   `parquet:"category"`
}

type aimeRow struct {
	ID      int64  `parquet:"id"`
	Problem string `parquet:"problem"`
	Answer  string `parquet:"answer"`
}

type hleRow struct {
	ID       string `parquet:"id"`
	Question string `parquet:"question"`
	Image    string `parquet:"image"`
	Preview  *struct {
		Bytes []byte `parquet:"bytes"`
	} `parquet:"image_preview,optional"`
	Answer   string `parquet:"answer"`
	Kind     string `parquet:"answer_type"`
	Subject  string `parquet:"raw_subject"`
	Category string `parquet:"category"`
	Canary   string `parquet:"canary"`
}

// hleRows are two items of text and one with a picture, which is not asked.
var hleRows = []hleRow{
	{ID: "h1", Question: "Which of the two sums is larger?", Answer: "the second", Kind: "exactMatch", Category: "Math", Canary: "a mark"},
	{ID: "h2", Question: "What is in the picture?", Image: "data:image/png;base64," + strings.Repeat("QUJD", 400), Answer: "a cat", Kind: "exactMatch", Category: "Other",
		Preview: &struct {
			Bytes []byte `parquet:"bytes"`
		}{bytes.Repeat([]byte{1}, 2000)}},
	{ID: "h3", Question: "Which one? A. iron B. neon", Answer: "B", Kind: "multipleChoice", Category: "Chemistry", Canary: "a mark"},
}

func table[T any](t *testing.T, rows []T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := parquet.Write(&b, rows); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func publishedFiles(t *testing.T) map[string][]byte {
	return map[string][]byte{
		"HuggingFaceH4/MATH-500/test.jsonl": []byte(`{"problem":"What is $1+1$?","solution":"…","answer":"2","subject":"Algebra","level":1,"unique_id":"test/algebra/1.json"}
{"problem":"What is half of 3?","solution":"…","answer":"\\frac{3}{2}","subject":"Prealgebra","level":2,"unique_id":"test/prealgebra/2.json"}
`),
		"HuggingFaceH4/aime_2024/data/train-00000-of-00001.parquet": table(t, []aimeRow{{60, "How many pairs?", "033"}, {61, "Find m+n.", "204"}}),
		"opencompass/AIME2025/aime2025-I.jsonl":                     []byte(`{"question":"Find the sum.","answer":"70"}` + "\n"),
		"opencompass/AIME2025/aime2025-II.jsonl":                    []byte(`{"question":"Find the product.","answer":468}` + "\n"),
		"TIGER-Lab/MMLU-Pro/data/test-00000-of-00001.parquet": table(t, []mmluRow{
			{70, "Which is prime?", []string{"21", "23", "25"}, "B", 1, "math"}, {71, "Which is a metal?", []string{"iron", "neon", "wood", "salt"}, "A", 0, "chemistry"}}),
		"cais/hle/data/test-00000-of-00001.parquet": table(t, hleRows),
		"Idavidrein/gpqa/gpqa_diamond.csv": []byte("Record ID,Question,Correct Answer,Incorrect Answer 1,Incorrect Answer 2,Incorrect Answer 3,High-level domain\n" +
			"recA,\"What, then?\",right,wrong 1,wrong 2,wrong 3,Physics\nrecB,Why?,\"yes, so\",no 1,no 2,no 3,Biology\n"),
	}
}

// Each standard suite runs from its published form to a scored record.
func TestStandardSuitesEndToEnd(t *testing.T) {
	h := &standIn{files: publishedFiles(t)}
	hubServer := httptest.NewServer(h)
	defer hubServer.Close()
	cache := t.TempDir()
	from := Source{Hub: hubServer.URL, Cache: cache, Token: "secret"}
	for _, s := range standards {
		if s.scorer == "code" {
			continue // programs are run: TestPublishedCode
		}
		suite, err := LoadSuite(t.Context(), s.name, from)
		if err != nil {
			t.Fatal(s.name, err)
		}
		if len(suite.Items) != 2 || suite.Of != s.of || *suite.Dataset.Revision != standInRevision || len(*suite.Dataset.SHA256) != 64 || suite.Items[0].ID == suite.Items[1].ID {
			t.Errorf("%s: %+v", s.name, suite)
		}
		keys := map[string]string{}
		for _, it := range suite.Items {
			if _, message := checkKey(it.Type, it.Expected); message != "" {
				t.Errorf("%s %s: %s", s.name, it.ID, message)
			}
			keys[it.Messages[0].Content] = it.Expected
		}
		model := endpointtest.New(t, func(w *endpointtest.Wire) {
			m := w.Body["messages"].([]any)
			key := keys[m[0].(map[string]any)["content"].(string)]
			w.JSON(200, endpointtest.Whole("<think>hm</think>Answer: "+key+"\n\n$\\boxed{"+key+"}$", 5, 3))
		})
		spec := specOf(t)
		spec.Suite = suite
		if spec.Scorer, err = ScorerByName(suite.Scorer); err != nil {
			t.Fatal(err)
		}
		if suite.Sure {
			spec.Judges = map[string]Judge{typeJudge: judgeOf(t, func(key, answer string) string { return verdictOn(strings.Contains(answer, key)) })}
		}
		st := artifact.Open(t.TempDir())
		r, err := Run(t.Context(), spec, settingOf(t, model, st.StateDir()))
		if err != nil {
			t.Fatal(s.name, err)
		}
		a := put(t, st, r)
		if task := a.Eval.Tasks[0]; *task.Outcomes.Correct != 2 || *task.Dataset.Of != int64(s.of) || a.Protocol.Parameters["prompt_sha256"] == nil || a.Protocol.Parameters["limit"] == nil {
			t.Errorf("%s: %+v %v", s.name, task.Outcomes, a.Protocol.Parameters)
		}
		records, err := st.EvalRecords(a)
		if err != nil {
			t.Fatal(err)
		}
		if s.gated != (records[0].Output == nil) || s.gated != (records[0].Expected == nil) || records[0].ItemHash == nil {
			t.Errorf("%s: texts of a suite in the records: %+v", s.name, records[0])
		}
		private, err := st.Attachment(a, artifact.AttachPrivate)
		if s.gated && (err != nil || !bytes.Contains(private, []byte("boxed"))) {
			t.Errorf("%s: no private records: %v", s.name, err)
		}
	}
	if h.tokens[0] != "Bearer secret" {
		t.Errorf("token: %v", h.tokens[0])
	}
	// Fetched once; and there without the Hub.
	asked := h.asked
	if _, err := LoadSuite(t.Context(), "mmlu-pro", from); err != nil || h.asked != asked+1 {
		t.Errorf("%v, asked %d times for what is in the cache", err, h.asked-asked)
	}
	hubServer.Close()
	if s, err := LoadSuite(t.Context(), "mmlu-pro", from); err != nil || len(s.Items) != 2 {
		t.Errorf("offline: %v", err)
	}
	// A file of the cache that was changed is not taken.
	files, _ := filepath.Glob(filepath.Join(cache, "tiger-lab-*", standInRevision, "data", "test-*.parquet"))
	if len(files) != 1 || os.WriteFile(files[0], []byte("x"), 0o644) != nil {
		t.Fatal(files)
	}
	var missing *NotRun
	if _, err := LoadSuite(t.Context(), "mmlu-pro", from); !errors.As(err, &missing) {
		t.Errorf("a changed cache: %v", err)
	}
}

func TestHubTroubleIsNotRun(t *testing.T) {
	for mode, want := range map[string]string{
		"401": "gated (401): accept its terms", "403": "gated (403)", "404": "is not there (404)", "slow": "cannot be reached",
		"cut": "did not come in whole", "corrupt": "came in broken", "odd": "did not say the revision",
	} {
		h := &standIn{files: publishedFiles(t), mode: mode}
		s := httptest.NewServer(h)
		cache := t.TempDir()
		_, err := LoadSuite(t.Context(), "math-500", Source{Hub: s.URL, Cache: cache, Timeout: 100 * time.Millisecond})
		var missing *NotRun
		if !errors.As(err, &missing) || !strings.Contains(missing.Reason, want) || strings.Contains(missing.Reason, "\n") {
			t.Errorf("%s: %v", mode, err)
		}
		// What came in broken is not kept.
		h.mode = ""
		if _, err := LoadSuite(t.Context(), "math-500", Source{Hub: s.URL, Cache: cache}); err != nil {
			t.Errorf("%s, then well: %v", mode, err)
		}
		s.Close()
	}
}

func TestLocalFolder(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	from := Source{Folder: dir}
	var missing *NotRun
	if _, err := LoadSuite(t.Context(), "math-500", from); !errors.As(err, &missing) || !strings.Contains(err.Error(), "holds no test.jsonl") {
		t.Errorf("an empty folder: %v", err)
	}
	for text, want := range map[string]string{
		`{"problem":"?"}`:             "row 1: the field answer is missing; there are problem",
		`{"problem":"?","answer":"1"`: "line 1",
		"":                            "holds no item",
		strings.Repeat(`{"problem":"?","answer":"1"}`+"\n", 501): "the data has changed",
	} {
		write("test.jsonl", text)
		if _, err := LoadSuite(t.Context(), "math-500", from); !errors.As(err, &missing) || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40s: %v", text, err)
		}
	}
	write("test-00000-of-00001.parquet", "PAR1 no PAR1")
	if _, err := LoadSuite(t.Context(), "mmlu-pro", from); !errors.As(err, &missing) {
		t.Errorf("a broken table: %v", err)
	}
}

// The letters of GPQA follow from the record alone: in any file, in any order.
func TestFixedPermutation(t *testing.T) {
	letters := map[string]int{}
	for i := range 400 {
		r := row{"Record ID": fmt.Sprint("rec", i), "Question": "?", "Correct Answer": "right", "Incorrect Answer 1": "a", "Incorrect Answer 2": "b", "Incorrect Answer 3": "c"}
		a, err := gpqaItem(r)
		if err != nil {
			t.Fatal(err)
		}
		if b, _ := gpqaItem(r); a.Hash() != b.Hash() || !strings.Contains(a.Messages[0].Content, a.Expected+") right") {
			t.Fatalf("%+v", a)
		}
		letters[a.Expected]++
	}
	for _, l := range []string{"A", "B", "C", "D"} {
		if letters[l] < 60 || letters[l] > 140 {
			t.Errorf("the letters are not even: %v", letters)
		}
	}
}
