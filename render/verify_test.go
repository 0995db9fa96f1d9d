package render

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"benchsite/render/dataset"
)

// The files beside the artifacts are on the site, in the repository, or nowhere;
// pages link them where they are, and never where they are not.
func TestRecordsStandWhereTheConfigSays(t *testing.T) {
	store := testStore(t)
	for _, c := range []struct {
		publish dataset.Publish
		copied  bool
		says    string // on the page of the run, in English
	}{
		{dataset.Publish{Records: dataset.RecordsSite}, true, `href="../../../../data/artifacts/2025-12-22/`},
		{dataset.Publish{Records: dataset.RecordsRepository}, false, "in the repository"},
		{dataset.Publish{Records: dataset.RecordsRepository, RecordsURL: "https://example.org/raw/artifacts/"}, false, `href="https://example.org/raw/artifacts/2025-12-22/`},
		{dataset.Publish{Records: dataset.RecordsNone}, false, "not published"},
	} {
		config := testConfig()
		config.Publish = c.publish
		out := renderTo(t, store, config)
		if c.publish.RecordsURL == "" {
			checkSite(t, out) // no link leads to a file that is not there
		}
		logs, _ := filepath.Glob(filepath.Join(out, "data", "artifacts", "*", "*.server.log.gz"))
		records, _ := filepath.Glob(filepath.Join(out, "data", "artifacts", "*", "*.samples.jsonl.gz"))
		if got := len(logs)+len(records) > 0; got != c.copied {
			t.Errorf("%+v: copied is %v", c.publish, got)
		}
		artifacts, _ := filepath.Glob(filepath.Join(out, "data", "artifacts", "*", "*.json"))
		if len(artifacts) == 0 {
			t.Errorf("%+v: no artifacts", c.publish)
		}
		pages, _ := filepath.Glob(filepath.Join(out, "en", "runs", "2025-12-22", "*nvfp4*", "index.html"))
		if len(pages) == 0 {
			t.Fatal("no page of the run")
		}
		page, err := os.ReadFile(pages[0])
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(page), c.says) {
			t.Errorf("%+v: %s does not say %q", c.publish, pages[0], c.says)
		}
	}
}

func TestInspectFindsWhatRenderDidNotWrite(t *testing.T) {
	out := renderTo(t, testStore(t), testConfig())
	clean, err := Inspect(out)
	if err != nil || len(clean.Faults) > 0 || clean.Records == 0 || clean.Bytes == 0 || clean.Large() != "" {
		t.Fatalf("a fresh site: %+v, %v", clean.Faults, err)
	}
	if !slices.Contains(clean.Files, ".nojekyll") || !slices.Contains(clean.Files, manifestName) || !slices.IsSorted(clean.Files) {
		t.Errorf("files %q", clean.Files)
	}
	writeTest(t, filepath.Join(out, "zh", "index.html"), "changed")
	writeTest(t, filepath.Join(out, "extra.txt"), "extra")
	if err := os.Remove(filepath.Join(out, "llms.txt")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/etc", filepath.Join(out, "link")); err != nil {
		t.Fatal(err)
	}
	got, err := Inspect(out)
	if err != nil {
		t.Fatal(err)
	}
	want := []FileFault{
		{"extra.txt", "was not written by benchsite render"}, {"link", "is no plain file"},
		{"llms.txt", "is missing"}, {"zh/index.html", "was changed after it was rendered"},
	}
	if !slices.Equal(got.Faults, want) {
		t.Errorf("faults %v", got.Faults)
	}
	if _, err := Inspect(t.TempDir()); !errors.Is(err, ErrNotRendered) {
		t.Errorf("an empty folder: %v", err)
	}
}

func TestLargeSitesAreNamed(t *testing.T) {
	for _, c := range []struct {
		folder Folder
		says   string
	}{
		{Folder{Bytes: 799_000_000, Records: 5000}, ""},
		{Folder{Bytes: 801_000_000, Records: 7}, "801 MB"},
		{Folder{Bytes: 1, Records: 5001}, "5001 record files"},
	} {
		if got := c.folder.Large(); !strings.Contains(got, c.says) || (c.says == "") != (got == "") || got != "" && !strings.Contains(got, "[publish] records") {
			t.Errorf("%+v: %q", c.folder, got)
		}
	}
}

func TestStale(t *testing.T) {
	store := testStore(t)
	load := func(c dataset.Config) *dataset.Set {
		set, err := dataset.Load(store, c)
		if err != nil {
			t.Fatal(err)
		}
		return set
	}
	out := renderTo(t, store, testConfig())
	is := func(want bool, what string) {
		t.Helper()
		if got, err := Stale(out, load(testConfig())); got != want || err != nil {
			t.Errorf("%s: stale is %v, %v", what, got, err)
		}
	}
	is(false, "just rendered")
	put(t, store, loadRun("INT4", 700))
	is(true, "an artifact more")
	out = renderTo(t, store, testConfig())
	is(false, "rendered again")
	other := testConfig()
	other.Hash = "other"
	if got, _ := Stale(out, load(other)); !got {
		t.Error("another configuration is not seen")
	}
	writeTest(t, filepath.Join(out, "data", "index.json"), "{")
	is(true, "a broken index")
}
