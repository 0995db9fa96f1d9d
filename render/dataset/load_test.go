package dataset

import (
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
		records + ".json": AdviceRestoreRecords,
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
