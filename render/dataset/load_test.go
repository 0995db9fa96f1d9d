package dataset

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"benchsite/collect/artifact"
)

func TestLoadOrdersAndGroups(t *testing.T) {
	f := newFixture(t)
	nv := f.put(bundle(loadRun("NVFP4", 1, "2025-12-22", 606)))
	bf := f.put(bundle(loadRun("BF16", 1, "2025-12-22", 322)))
	late := f.put(bundle(loadRun("FP8", 1, "2025-12-24T10:00:00Z", 381)))
	sim := loadRun("BF16", 1, "2025-12-25", 9)
	sim.Simulated = true
	simID := f.put(bundle(sim))
	s := f.clean()

	var ids []string
	for _, r := range s.Runs {
		ids = append(ids, r.ID)
	}
	want := []string{simID, late}
	same := []string{nv, bf}
	slices.Sort(same) // one moment: by id
	if want = append(want, same...); !slices.Equal(ids, want) {
		t.Errorf("runs %v, want %v", ids, want)
	}
	if len(s.Standing) != 3 || len(s.Simulated) != 1 || s.Simulated[0].ID != simID {
		t.Errorf("standing %d, simulated %d; want 3 and 1", len(s.Standing), len(s.Simulated))
	}
	if len(s.Protocols) != 1 || len(s.Protocols[0].Standing()) != 3 {
		t.Fatalf("protocols %d, want one that three runs share", len(s.Protocols))
	}
	var names []string
	for _, r := range s.Protocols[0].Standing() {
		names = append(names, r.Who.Precision)
	}
	if got := strings.Join(names, " "); got != "BF16 FP8 NVFP4" {
		t.Errorf("display order %q", got)
	}
	for _, sub := range s.Subjects {
		if want := strings.ToLower(sub.Precision); sub.Slot != want || sub.Other != -1 {
			t.Errorf("%s has slot %s (%d), want %s of its own", sub.Name, sub.Slot, sub.Other, want)
		}
	}
	if s.Run(nv).Hash8 != nv[len(nv)-8:] || s.Run(nv).Day != "2025-12-22" || len(s.ByHash(s.Run(nv).Hash8)) != 1 {
		t.Errorf("run %s: hash %s, day %s", nv, s.Run(nv).Hash8, s.Run(nv).Day)
	}
}

// reversed lists a store backwards: the order of a listing must not matter.
type reversed struct{ *artifact.Store }

func (r reversed) List() ([]string, error) {
	ids, err := r.Store.List()
	slices.Reverse(ids)
	return ids, err
}

func TestLoadIsIndependentOfOrder(t *testing.T) {
	f := newFixture(t)
	for _, p := range []string{"BF16", "FP8", "NVFP4", "INT4", "GGUF-Q5"} {
		f.put(bundle(loadRun(p, 1, "2025-12-22", 300+float64(len(p)))))
		f.put(evalRun(p, "suite", "exact", "++-+"+p[:1]+"-"[:1]))
	}
	a := f.load()
	b, err := Load(reversed{f.store}, DefaultConfig())
	if err != nil {
		t.Fatal(err)
	}
	if a.Hash != b.Hash {
		t.Error("the hash depends on the order of the listing")
	}
	tell := func(s *Set) (out []string) {
		for _, r := range s.Runs {
			out = append(out, r.ID+" "+r.Who.Slot+" "+strings.Join(codes(r.Notices), ","))
		}
		for _, topic := range s.Topics() {
			for _, f := range topic.Findings {
				out = append(out, topic.Kind+" "+f.Template+" "+f.Run.ID)
			}
			out = append(out, codes(topic.Caveats)...)
		}
		return out
	}
	if x, y := tell(a), tell(b); !reflect.DeepEqual(x, y) {
		t.Errorf("order changes the set:\n%s\n\n%s", strings.Join(x, "\n"), strings.Join(y, "\n"))
	}
	// The bytes of another file in the store change the hash.
	f.put(bundle(loadRun("BF16", 2, "2025-12-22", 500)))
	if c := f.load(); c.Hash == a.Hash {
		t.Error("a new artifact leaves the hash as it was")
	}
}

func TestLoadKeepsBadArtifactsApart(t *testing.T) {
	f := newFixture(t)
	good := f.put(bundle(loadRun("BF16", 1, "2025-12-22", 322)))
	text, err := os.ReadFile(filepath.Join(f.dir, good+".json"))
	if err != nil {
		t.Fatal(err)
	}
	f.write("2026-01-01/cut.0123abcd.json", string(text[:len(text)/2]))
	f.write("2026-01-01/empty.0123abcd.json", "")
	f.write("2026-01-01/newer.0123abcd.json", `{"schema": 2}`)
	f.write("2026-01-01/moved.0123abcd.json", string(text))
	records := f.put(evalRun("BF16", "suite", "exact", "+-"))
	matches, _ := filepath.Glob(filepath.Join(f.dir, records+".samples.jsonl.gz"))
	if len(matches) != 1 {
		t.Fatalf("records of %s not found", records)
	}
	os.Remove(matches[0])

	logged := f.put(artifact.Bundle{Artifact: loadRun("FP8", 1, "2025-12-22", 381), ServerLog: []byte("INFO ready")})
	if err := os.Remove(filepath.Join(f.dir, logged+".server.log.gz")); err != nil {
		t.Fatal(err)
	}

	s := f.load()
	advice := map[string]Advice{}
	for _, p := range s.Problems {
		advice[p.File] = p.Advice
		if strings.Contains(p.Cause, f.dir) {
			t.Errorf("the cause of %s tells a path of this machine: %s", p.File, p.Cause)
		}
	}
	want := map[string]Advice{
		"2026-01-01/cut.0123abcd.json": AdviceCopyAgain, "2026-01-01/empty.0123abcd.json": AdviceCopyAgain,
		"2026-01-01/newer.0123abcd.json": AdviceUpgrade, "2026-01-01/moved.0123abcd.json": AdviceRestore,
		records + ".json": AdviceRestoreRecords, logged + ".json": AdviceRestoreRecords,
	}
	for file, a := range want {
		if advice[file] != a {
			t.Errorf("%s: advice %q, want %q", file, advice[file], a)
		}
	}
	if s.Run(good) == nil || s.Run(records) == nil {
		t.Error("a good run, and one whose records alone are missing, must stay")
	}
}

// The least that an artifact may hold must not stop a page.
func TestBareArtifacts(t *testing.T) {
	f := newFixture(t)
	bare := func(kind artifact.Kind, day string) *artifact.Artifact {
		a := &artifact.Artifact{
			Kind: kind, Name: "bare", Status: artifact.StatusComplete, StartedAt: day, Subject: artifact.Subject{Model: "m"},
			Source: artifact.Source{Tool: "t", Mode: artifact.ModeImported},
		}
		switch kind {
		case artifact.KindLoad:
			a.Load = &artifact.Load{}
		case artifact.KindEval:
			a.Eval = &artifact.Eval{}
		}
		return a
	}
	for _, day := range []string{"2025-01-01", "2025-01-02"} {
		for _, k := range []artifact.Kind{artifact.KindLoad, artifact.KindEval, artifact.KindSubject} {
			f.put(bundle(bare(k, day)))
		}
		odd := bare(artifact.KindEval, day)
		odd.Eval.Tasks = []artifact.Task{
			{Task: "not-run", Status: artifact.TaskNotRun, Reason: ptr("gated")},
			{Task: "no-value", Status: artifact.TaskDone, Metrics: []artifact.Metric{{Metric: "acc"}}},
			{Task: "empty", Status: artifact.TaskDone, Metrics: []artifact.Metric{{Metric: "acc", Value: ptr(0.5), N: ptr(int64(0))}}},
			{Task: "mean", Status: artifact.TaskDone, Metrics: []artifact.Metric{{Metric: "bleu", Value: ptr(31.4), Stderr: ptr(0.2), N: ptr(int64(10))}}},
			{Task: "counts", Status: artifact.TaskDone, Dataset: artifact.Dataset{Items: ptr(int64(4))}, Outcomes: &artifact.Outcomes{Correct: ptr(int64(3))}},
		}
		f.put(bundle(odd))
		other := bare(artifact.KindLoad, day)
		other.Subject.Model = "n"
		other.Load.Throughput.OutputTokensPerS = ptr(0.0)
		f.put(bundle(other))
	}
	f.write("reports/bare/report.toml", "title = \"Bare\"\n[[run]]\nalias = \"a\"\nref = \"kind=load\"\nall = true\n")
	s := f.clean()
	for _, topic := range s.Topics() {
		for _, f := range topic.Findings {
			if f.Template == "" || f.Slots == nil {
				t.Errorf("finding %+v", f)
			}
		}
	}
	for _, a := range s.Runs {
		a.Figure()
		a.Conditions()
		a.Parameters()
		for _, b := range s.Runs {
			Pair(a, b)
		}
	}
	s.Coverage()
	for _, r := range s.Runs {
		if sc := r.Score("counts"); sc != nil && (sc.Correct != 3 || sc.Value != 0.75 || !sc.Interval) {
			t.Errorf("score by outcomes %+v", sc)
		}
		if sc := r.Score("mean"); sc != nil && (sc.Correct != -1 || !near(sc.Lo, 31.4-1.96*0.2, 1e-9)) {
			t.Errorf("a mean is no count: %+v", sc)
		}
	}
}

func TestRunInShort(t *testing.T) {
	f := newFixture(t)
	r := f.at(bundle(loadRun("BF16", 2, "2025-12-22", 322)))
	var got []string
	for _, c := range r.Conditions() {
		got = append(got, fmt.Sprint(c.Name, " ", c.A))
	}
	if want := []string{"concurrency 16", "requests 200", "max_tokens 256"}; !slices.Equal(got, want) {
		t.Errorf("conditions %v, want %v", got, want)
	}
	got = nil
	for _, p := range r.Parameters() {
		got = append(got, fmt.Sprint(p.Name, " ", p.A, " ", p.Verdict))
	}
	want := []string{
		"arrival closed same", "concurrency 16 differs", "workload synthetic differs", "prompts distinct same", "max_tokens 256 differs",
		"temperature 0 differs", "streaming true same", "definitions benchsite/1 same",
	}
	if !slices.Equal(got, want) {
		t.Errorf("parameters %v, want %v", got, want)
	}
	if fig := r.Figure(); fig.Key != "output-throughput" || fig.Value.Num != 322 || r.Devices() != 2 || !r.MIG() {
		t.Errorf("figure %+v, %d devices", fig, r.Devices())
	}
	few := &artifact.Distribution{N: ptr(int64(64)), P50: ptr(1.0), P95: ptr(2.0), P99: ptr(3.0)}
	if r.Shown(few, 50) == nil || r.Shown(few, 95) == nil || r.Shown(few, 99) != nil || r.Shown(few, 90) != nil || r.Shown(nil, 50) != nil {
		t.Error("of 64 requests p50 and p95 are shown, p99 is not")
	}
	log := f.at(artifact.Bundle{Artifact: loadRun("FP8", 1, "2025-12-22", 300), ServerLog: []byte("INFO ready")})
	if text, err := log.ServerLog(); err != nil || string(text) != "INFO ready" {
		t.Errorf("server log %q, %v", text, err)
	}
}

func TestMatch(t *testing.T) {
	f := newFixture(t)
	id := f.put(bundle(loadRun("BF16", 1, "2025-12-22", 322)))
	f.put(bundle(loadRun("BF16", 2, "2025-12-24", 600)))
	sim := loadRun("BF16", 1, "2025-12-25", 9)
	sim.Simulated = true
	f.put(bundle(sim))
	s := f.clean()
	for ref, want := range map[string]int{
		id: 1, id + ".json": 1, id[len(id)-8:]: 1, "precision=bf16": 2, "precision=BF16,tp=2": 1, "parallel.tp=1": 1, "date=2025-12": 2,
		"model=Small-1B": 2, "base_model=Acme/Small-1B,kind=load,mode=measured": 2, "concurrency=16": 2, "simulated=true": 1,
		"max_tokens=256,date=2025-12-24": 1, "subject=Small-1B BF16 tp2": 1, "tool=benchsite,status=complete": 2,
	} {
		if got, err := s.Match(ref); err != nil || len(got) != want {
			t.Errorf("%q: %d runs, %v; want %d", ref, len(got), err, want)
		}
	}
	for ref, says := range map[string]string{
		"deadbeef": "no id", "precision=INT4": "no run", "precision": "no id", "precision=BF16,tp": "no key=value", "presicion=BF16": "nearest is precision",
	} {
		if _, err := s.Match(ref); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, want %q", ref, err, says)
		}
	}
}
