package imports

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/klauspost/compress/zstd"

	"benchsite/collect/artifact"
)

// zipOf packs files in the order given, by a method of the ZIP format: 0, 8, or
// 93 for zstd. A nil text packs what follows it as a second frame of the same
// file.
func zipOf(method uint16, files ...string) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	z.RegisterCompressor(zipZstd, func(w io.Writer) (io.WriteCloser, error) { return &frames{out: w}, nil })
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	for i := 0; i+1 < len(files); i += 2 {
		w, err := z.CreateHeader(&zip.FileHeader{Name: files[i], Method: method})
		if err == nil {
			_, err = io.WriteString(w, files[i+1])
		}
		if err != nil {
			panic(err)
		}
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// frames writes every 100 bytes as a zstd frame of their own, as a writer that
// flushes does.
type frames struct {
	out io.Writer
	buf bytes.Buffer
}

func (f *frames) Write(p []byte) (int, error) { return f.buf.Write(p) }

func (f *frames) Close() error {
	e, err := zstd.NewWriter(nil)
	if err != nil {
		return err
	}
	for f.buf.Len() > 0 {
		if _, err := f.out.Write(e.EncodeAll(f.buf.Next(100), nil)); err != nil {
			return err
		}
	}
	return nil
}

type zipCase struct {
	name string
	data []byte
	want string // as told
}

const (
	zipStart  = `{"version": 2, "eval": {"created": "2025-05-01T10:00:00+00:00", "task": "sums", "dataset": {"name": "sums", "samples": 4}, "model": "acme/tiny", "config": {"epochs": 1}, "packages": {"inspect_ai": "0.3.206"}}, "plan": {"steps": [{"solver": "generate"}], "config": {}}}`
	zipResult = `{"total_samples": 2, "completed_samples": 2, "scores": [{"name": "match", "scorer": "match", "scored_samples": 2, "metrics": {"accuracy": {"name": "accuracy", "value": 0.5}, "stderr": {"name": "stderr", "value": 0.5}}}]}`
)

func zipSample(id, reply, stop, verdict string) string {
	return `{"id": ` + id + `, "epoch": 1, "input": "q", "target": "t", "output": {"choices": [{"message": {"role": "assistant", "content": "` + reply + `"}, "stop_reason": "` + stop + `"}]}, "scores": {"match": {"value": "` + verdict + `", "answer": "` + reply + `"}}, "events": [{"event": "model", "big": [1, 2, 3]}], "attachments": {"a": "b"}}`
}

func zipCases() []zipCase {
	header := strings.TrimSuffix(zipStart, "}") + `, "status": "success", "results": ` + zipResult + `, "stats": {"started_at": "2025-05-01T10:00:00+00:00", "completed_at": "2025-05-01T10:00:09+00:00", "model_usage": {}}}`
	one, two := zipSample("1", "a", "stop", "C"), zipSample(`"b/2"`, "x", "max_tokens", "I")
	whole := []string{"_journal/start.json", zipStart, "samples/1_epoch_1.json", one, "samples/b2_epoch_1.json", two, "header.json", header}
	const said = "sums 2/4; *accuracy 0.5 ± 0.5 n 2; 1 right 0 wrong ? unparsed 1 truncated 0 error"
	const held = "sums 2/4; *accuracy 0.5 ± ? n 2; 1 right 0 wrong ? unparsed 1 truncated 0 error"
	return []zipCase{
		{"deflate", zipOf(zip.Deflate, whole...), said},
		{"stored", zipOf(zip.Store, whole...), said},
		{"zstd", zipOf(zipZstd, whole...), said},
		{"without header: running or crashed", zipOf(zipZstd, whole[:6]...), held},
		{"without header and samples", zipOf(zip.Deflate, whole[0], whole[1], "_journal/summaries/1.json", "["+one+"]", "_journal/summaries/2.json", "["+two+"]"), held2},
		{"values by item alone", zipOf(zip.Deflate, "header.json", header, "reductions.json", `[{"scorer": "match", "samples": [{"sample_id": 1, "value": 1.0, "answer": "a"}, {"sample_id": "b/2", "value": 0, "answer": "x"}]}]`),
			"sums 2/4; *accuracy 0.5 ± 0.5 n 2; 1 right 1 wrong ? unparsed ? truncated ? error"},
	}
}

// held2: a summary knows no stop reason, except when a tool wrote whole samples
// there, as here; that none failed is then not known.
const held2 = "sums 2/4; *accuracy 0.5 ± ? n 2; 1 right 0 wrong ? unparsed 1 truncated ? error"

func TestInspectZip(t *testing.T) {
	hashes := map[string]string{}
	for _, c := range zipCases() {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "log.eval")
			if err := os.WriteFile(path, c.data, 0o644); err != nil {
				t.Fatal(err)
			}
			st := artifact.Open(t.TempDir())
			a := importAll(t, st, Options{}, path)[0]
			if got := told(a); got != c.want {
				t.Errorf("says\n%s\nwant\n%s", got, c.want)
			}
			wantStatus := artifact.StatusComplete
			if strings.HasPrefix(c.name, "without header") {
				wantStatus = artifact.StatusInterrupted
			}
			if a.Status != wantStatus {
				t.Errorf("status %s", a.Status)
			}
			records, err := st.EvalRecords(a)
			if err != nil || len(records) != 2 || records[1].Item != "b/2" {
				t.Fatalf("%v %v", records, err)
			}
			if h := records[0].ItemHash; h != nil {
				hashes[*h] = c.name
			}
		})
	}
	if len(hashes) != 1 {
		t.Errorf("the same item has %d hashes: %v", len(hashes), hashes)
	}
}

func TestInspectZipRefusals(t *testing.T) {
	good := zipCases()[0].data
	zeros := strings.Repeat("0", maxZipEntry+10)
	for want, data := range map[string][]byte{
		"is no whole ZIP": good[:len(good)-60],
		"samples/1.json: unpacks to more than is read": zipOf(zip.Deflate, "header.json", zipStart, "samples/1.json", zeros),
		"samples/1.json: is not valid JSON":            zipOf(zip.Deflate, "header.json", zipStart, "samples/1.json", "{"),
		"header.json: is not valid JSON":               zipOf(zip.Deflate, "header.json", "nothing", "samples/1.json", "{}"),
		"holds item \"1\" of sums twice":               zipOf(zip.Deflate, "header.json", zipStart, "samples/a.json", zipSample("1", "a", "stop", "C"), "samples/b.json", zipSample("1", "a", "stop", "C")),
		"without header.json":                          zipOf(zip.Deflate, "samples/a.json", zipSample("1", "a", "stop", "C")),
	} {
		path := filepath.Join(t.TempDir(), "log.eval")
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		refused(t, Options{}, path, want)
	}
}

// TestInspectRecords looks at what the records keep.
func TestInspectRecords(t *testing.T) {
	st := artifact.Open(t.TempDir())
	a := importAll(t, st, Options{}, "testdata/inspect/two-scorers.json")[0]
	records, err := st.EvalRecords(a)
	if err != nil || len(records) != 4 {
		t.Fatal(len(records), err)
	}
	r := records[0]
	equal(t, "output", r.Output, "2")
	equal(t, "reasoning", r.Reasoning, "easy")
	equal(t, "stop reason", r.FinishReason, "stop")
	equal(t, "tokens", r.OutputTokens, 1)
	equal(t, "other scorer", r.Detail, "length: 12")
	equal(t, "truncated", records[1].Outcome, artifact.OutcomeTruncated)
	equal(t, "no answer", records[2].Outcome, artifact.OutcomeUnparsed)
	equal(t, "error", records[3].Outcome, artifact.OutcomeError)
	equal(t, "what went wrong", records[3].Detail, "the server went away")
	if records[1].Repeat != 1 || *records[0].ItemHash != *records[1].ItemHash || *records[0].PromptHash != *records[1].PromptHash || *records[2].ItemHash != *records[3].ItemHash {
		t.Error("the epochs of an item do not share its hash: ids of messages differ from run to run")
	}
	equal(t, "tokens of the model, not of the judge", a.Eval.Tokens.Prompt, 40)
	equal(t, "duration", a.DurationS, 90)
	equal(t, "repeats", a.Eval.Tasks[0].Repeats, 2)
	if b, _ := json.Marshal(a.Source.Extra); !strings.Contains(string(b), "openai/judge") {
		t.Errorf("the judge's tokens are lost: %s", b)
	}
}

// A file system whose files give no access to any place is read into memory.
func TestZipOfAStream(t *testing.T) {
	data := zipCases()[0].data
	drafts, err := inspectLog.Read(Input{FS: streamFS{fstest.MapFS{"log.eval": {Data: data}}}, Name: "log.eval"})
	if err != nil || len(drafts) != 1 || len(drafts[0].Eval) != 2 {
		t.Fatal(drafts, err)
	}
}

func TestYAMLIsBounded(t *testing.T) {
	bomb := "a: &a [1,1,1,1,1,1,1,1,1,1]\n"
	for i, c := range "bcdefghij" {
		bomb += string(c) + ": &" + string(c) + " [" + strings.TrimSuffix(strings.Repeat("*"+string('a'+rune(i))+",", 10), ",") + "]\n"
	}
	for want, text := range map[string]string{
		"holds more than": bomb, "is not valid YAML": "a: [1, 2", "is an empty": "", "a key is no text": "? [1, 2]\n: 3\n",
	} {
		_, err := parseYAML("in.yml", []byte(text))
		var r *Refusal
		if !errors.As(err, &r) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", want, err)
		}
	}
	n, err := parseYAML("in.yml", []byte("a: 1\nb: 0x10\nc: 1.5e3\nd: .nan\ne: ~\nf: yes\ng: 2025-01-02\nh: \"7\"\ni: true\n"))
	if err != nil {
		t.Fatal(err)
	}
	got, _ := json.Marshal(n.plain())
	if want := `{"a":1,"b":16,"c":1500,"d":null,"e":null,"f":"yes","g":"2025-01-02","h":"7","i":true}`; string(got) != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// streamFS hides everything of a file but reading it.
type streamFS struct{ fs.FS }

func (s streamFS) Open(name string) (fs.File, error) {
	f, err := s.FS.Open(name)
	if err != nil {
		return nil, err
	}
	return struct{ fs.File }{f}, nil
}
