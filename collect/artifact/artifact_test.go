package artifact

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func sample() *Artifact {
	return &Artifact{
		Schema: Schema, Kind: KindLoad, Name: "c16-n64", Status: StatusComplete, StartedAt: "2025-12-22",
		DurationS: Ptr(27.0154317399938),
		Subject: Subject{
			BaseModel: Ptr("Qwen/Qwen3-32B"), Model: "RedHatAI/Qwen3-32B-NVFP4", Precision: Ptr("NVFP4"),
			Parallel: Parallel{TP: Ptr(int64(1))}, Accelerator: Ptr("RTX Pro 6000 Blackwell, MIG 4g.96gb"),
		},
		Protocol: Protocol{Parameters: map[string]any{"concurrency": 16, "max_tokens": 256, "streaming": false}},
		Source:   Source{Tool: "bench_openai.py", Mode: ModeImported, Files: []SourceFile{{Name: "a/b/bench.json", SHA256: "00"}}},
		Load: &Load{
			Requests: Requests{Offered: Ptr(int64(64)), Completed: Ptr(int64(64)), Failed: Ptr(int64(0))},
			Latency:  Latency{E2E: &Distribution{N: Ptr(int64(64)), P50: Ptr(6.757714206501987), Method: Ptr("exclusive")}},
		},
	}
}

func put(t *testing.T, s *Store, b Bundle) Receipt {
	t.Helper()
	r, err := s.Put(b)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestPutNamesAndReadsBack(t *testing.T) {
	s := Open(t.TempDir())
	b := Bundle{Artifact: sample(), Load: []LoadRecord{{RequestID: "r-1", SentS: Ptr(0.5)}}, ServerLog: []byte("listening on 10.1.2.3:8000\n")}
	r := put(t, s, b)
	if !strings.HasPrefix(r.ID, "2025-12-22/qwen3-32b-nvfp4-c16-n64.") || r.Existed {
		t.Fatalf("receipt %+v", r)
	}
	a, raw, err := s.Read(r.ID)
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := a.Encode(); !bytes.Equal(again, raw) {
		t.Errorf("decode and encode changed the file:\n%s\n%s", raw, again)
	}
	if hash, _ := a.Hash8(); !strings.HasSuffix(a.ID, "."+hash) {
		t.Errorf("id %s does not end in its own hash %s", a.ID, hash)
	}
	if a.Source.Files[0].Name != "bench.json" || a.Subject.Name != "Qwen3-32B-NVFP4" {
		t.Errorf("file %q, subject %q", a.Source.Files[0].Name, a.Subject.Name)
	}
	recs, err := s.LoadRecords(a)
	if err != nil || len(recs) != 1 || *recs[0].SentS != 0.5 {
		t.Errorf("records %v, %v", recs, err)
	}
	log, err := s.Attachment(a, AttachServerLog)
	if err != nil || string(log) != "listening on <ip-1>:8000\n" {
		t.Errorf("log %q, %v", log, err)
	}
	if r2 := put(t, s, b); !r2.Existed || r2.ID != r.ID {
		t.Errorf("the same run again: %+v", r2)
	}
	if left, _ := filepath.Glob(filepath.Join(s.Dir(), "2025-12-22", ".tmp-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestPutNeverOverwrites(t *testing.T) {
	s := Open(t.TempDir())
	r := put(t, s, Bundle{Artifact: sample()})
	if err := os.WriteFile(r.Path, []byte("{}"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Put(Bundle{Artifact: sample()}); err == nil || !strings.Contains(err.Error(), "another run") {
		t.Errorf("error %v", err)
	}
	if data, _ := os.ReadFile(r.Path); string(data) != "{}" {
		t.Errorf("the file was overwritten: %s", data)
	}
}

func TestSimulatedLivesApart(t *testing.T) {
	s := Open(t.TempDir())
	a := sample()
	a.Simulated, a.StartedAt = true, "2026-11-25T03:04:05Z"
	if r := put(t, s, Bundle{Artifact: a}); !strings.HasPrefix(r.ID, "simulated/2026-11-25/") {
		t.Errorf("id %s", r.ID)
	}
}

func TestDecodeNamesFileLineAndField(t *testing.T) {
	s := Open(t.TempDir())
	_, raw, err := s.Read(put(t, s, Bundle{Artifact: sample()}).ID)
	if err != nil {
		t.Fatal(err)
	}
	good := string(raw)
	swap := func(old, new string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("sample has no %s", old)
		}
		return strings.Replace(good, old, new, 1)
	}
	for _, c := range []struct{ name, text, field, message string }{
		{"cut short", good[:len(good)/2], "", "cut short"},
		{"empty", " \n", "", "is empty"},
		{"zeros", strings.Repeat("\x00", 50<<20), "", "at most"},
		{"few zeros", strings.Repeat("\x00", 50), "", "not a JSON object"},
		{"list", "[]", "", "not a JSON object"},
		{"other JSON", `{"model":"x"}`, "schema", "not a benchsite artifact"},
		{"newer schema", swap(`"schema": 1`, `"schema": 2`), "schema", "update benchsite"},
		{"wrong type", swap(`"simulated": false`, `"simulated": "no"`), "simulated", "must be true or false, is a string"},
		{"null", swap(`"kind": "load"`, `"kind": null`), "kind", "must not be null"},
		{"fraction", swap(`"offered": 64`, `"offered": 64.5`), "load.requests.offered", "not a whole number"},
		{"NaN", swap(`"p50": 6.757714206501987`, `"p50": NaN`), "load.latency.e2e_s.p50", "NaN"},
		{"Infinity", swap(`"p50": 6.757714206501987`, `"p50": -Infinity`), "load.latency.e2e_s.p50", "Infinity"},
		{"huge", swap(`"p50": 6.757714206501987`, `"p50": 1e999`), "load.latency.e2e_s.p50", "finite"},
		{"unknown field", swap(`"p50":`, `"p5O":`), "load.latency.e2e_s.p5O", `did you mean "p50"`},
		{"twice", swap(`"simulated": false`, `"simulated": false, "simulated": false`), "simulated", "twice"},
		{"missing", swap(`"simulated": false,`, ""), "simulated", "is missing"},
		{"kind", swap(`"kind": "load"`, `"kind": "party"`), "kind", "one of load, eval, subject"},
		{"block", swap(`"kind": "load"`, `"kind": "eval"`), "load", "null for the others"},
		{"time", swap(`"started_at": "2025-12-22"`, `"started_at": "yesterday"`), "started_at", "RFC 3339"},
		{"id", swap(`"id": "2025`, `"id": "../2025`), "id", "must have the form"},
		{"trailing", good + "{}", "", "after the JSON value"},
	} {
		_, err := Decode("x.json", []byte(c.text))
		var f *Fault
		if !errors.As(err, &f) {
			t.Errorf("%s: error %v is no fault", c.name, err)
			continue
		}
		if f.File != "x.json" || c.field != "" && f.Field != c.field || !strings.Contains(f.Error(), c.message) || strings.Contains(f.Error(), "\n") {
			t.Errorf("%s: %v, want field %q and %q", c.name, f, c.field, c.message)
		}
	}
}

func TestAttachmentsAreCheckedAgainstTheArtifact(t *testing.T) {
	s := Open(t.TempDir())
	r := put(t, s, Bundle{Artifact: sample(), Load: []LoadRecord{{RequestID: "r-1"}}})
	a, _, err := s.Read(r.ID)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(filepath.Dir(r.Path), a.Attachments[0].Path)
	var other bytes.Buffer
	if err := packed(plain([]byte("{}\n")))(&other); err != nil {
		t.Fatal(err)
	}
	for _, bad := range [][]byte{other.Bytes(), []byte("plain"), nil} {
		os.Remove(path)
		if bad != nil {
			if err := os.WriteFile(path, bad, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		var f *Fault
		if _, err := s.LoadRecords(a); !errors.As(err, &f) {
			t.Errorf("records %q: error %v", bad, err)
		}
	}
}

func TestFind(t *testing.T) {
	s := Open(t.TempDir())
	id := put(t, s, Bundle{Artifact: sample()}).ID
	b := sample()
	b.Subject.Precision, b.Subject.Model = Ptr("BF16"), "Qwen/Qwen3-32B"
	put(t, s, Bundle{Artifact: b})
	for ref, n := range map[string]int{id: 1, id[len(id)-8:]: 1, "precision=nvfp4": 1, "kind=load,date=2025-12-22": 2, filepath.Join(s.Dir(), id+".json"): 1} {
		if got, err := s.Find(ref); err != nil || len(got) != n {
			t.Errorf("Find(%s): %d, %v; want %d", ref, len(got), err, n)
		}
	}
	for ref, want := range map[string]string{"precison=BF16": `did you mean "precision"`, "precision=INT4": "no artifact matches", "nothing": "no artifact matches", "00000000": "no artifact matches"} {
		if _, err := s.Find(ref); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Find(%s): %v, want %q", ref, err, want)
		}
	}
}

// Every artifact of the repository and one frozen file per release must be read
// and written back unchanged for ever.
func TestStoredArtifactsAreCanonical(t *testing.T) {
	files, _ := filepath.Glob("testdata/releases/*.json")
	more, _ := filepath.Glob("../../artifacts/*/*.json")
	if len(files) == 0 {
		t.Fatal("no frozen artifact in testdata/releases")
	}
	for _, file := range append(files, more...) {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		a, err := Decode(file, data)
		if err != nil {
			t.Error(err)
			continue
		}
		if again, _ := a.Encode(); !bytes.Equal(again, data) {
			t.Errorf("%s: decode and encode changed it", file)
		}
		if hash, _ := a.Hash8(); !strings.HasSuffix(a.ID, "."+hash) {
			t.Errorf("%s: content has hash %s", file, hash)
		}
	}
}

func FuzzDecode(f *testing.F) {
	s := Open(f.TempDir())
	r, err := s.Put(Bundle{Artifact: sample()})
	if err != nil {
		f.Fatal(err)
	}
	raw, _ := os.ReadFile(r.Path)
	f.Add(raw)
	f.Add([]byte(`{"schema":1}`))
	f.Add([]byte(`{"schema":1,"source":{"extra":{"a":[1e308,{"b":null}]}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := Decode("fuzz.json", data)
		if err != nil {
			var fault *Fault
			if !errors.As(err, &fault) || fault.Message == "" {
				t.Fatalf("error %v names nothing", err)
			}
			return
		}
		once, err := a.Encode()
		if err != nil {
			t.Fatal(err)
		}
		b, err := Decode("again.json", once)
		if err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
		if twice, _ := b.Encode(); !bytes.Equal(once, twice) {
			t.Fatalf("not canonical:\n%s\n%s", once, twice)
		}
	})
}
