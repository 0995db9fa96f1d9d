package dataset

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"benchsite/collect/artifact"
)

func TestParseConfig(t *testing.T) {
	c, err := ParseConfig("config.toml", []byte(`
[site]
title = { zh = "测量", en = "Measurements" }
description = "one text for both"
languages = ["en", "zh"]
base_url = "https://example.org/bench"
baseline = { precision = "FP16", tp = 1 }
labels = ["cooling"]
links = [{ title = { zh = "源码", en = "Source" }, url = "https://example.org/src" }]

[[subject]]
name = "small"
model = "Acme/Small-1B"
precision = "INT4"
parallel = { tp = 2 }
endpoint = "simulate:steady"
color = "s5"
[subject.server]
command = ["vllm", "serve"]

[publish]
records = "repository"
records_url = "https://example.org/raw"

[[load]]
name = "sweep"
slo = { ttft = "500ms" }
`))
	if err != nil {
		t.Fatal(err)
	}
	if c.Title.In("zh") != "测量" || c.Description.In("zh") != "one text for both" || c.BaseURL != "https://example.org/bench/" {
		t.Errorf("config %+v", c)
	}
	if !slices.Equal(c.Languages, []string{"en", "zh"}) || !maps.Equal(c.Baseline, map[string]string{"precision": "FP16", "tp": "1"}) {
		t.Errorf("languages %v, baseline %v", c.Languages, c.Baseline)
	}
	if c.Colors["small"] != "s5" || c.Colors["Small-1B INT4 tp2"] != "s5" || len(c.Links) != 1 || c.Links[0].Title.In("en") != "Source" || c.Hash == "" {
		t.Errorf("colors %v, links %v", c.Colors, c.Links)
	}
	if c.Publish != (Publish{RecordsRepository, "https://example.org/raw/"}) {
		t.Errorf("publish %+v", c.Publish)
	}
	d, err := ParseConfig("config.toml", nil)
	if err != nil || d.Baseline["precision"] != "BF16" || d.Languages[0] != "zh" || d.Publish.Records != RecordsSite {
		t.Errorf("an empty file gives the defaults, got %+v, %v", d, err)
	}
}

func TestParseConfigErrors(t *testing.T) {
	for _, c := range []struct {
		text, field string
		line        int
		says        string
	}{
		{"[site]\nbaze_url = \"x\"", "site.baze_url", 2, "nearest is base_url"},
		{"[sight]\n", "sight", 1, "nearest is site"},
		{"[site]\nlinks = [{ title = \"a\", href = \"b\" }]", "site.links.href", 2, "not a known key"},
		{"[site]\nlanguages = [\"fr\"]", "site.languages", 2, "known are zh, en"},
		{"[site]\nlanguages = []", "site.languages", 2, "empty"},
		{"[site]\nbase_url = \"example\"", "site.base_url", 2, "https://"},
		{"[site]\nbaseline = { precison = \"BF16\" }", "site.baseline.precison", 2, "nearest is precision"},
		{"[site]\nlinks = [{ title = \"a\", url = \"javascript:alert(1)\" }]", "site.links[0].url", 2, "https://"},
		{"[[subject]]\nname = \"a\"\ncolor = \"red\"", "subject[0].color", 3, "one of bf16"},
		{"[publish]\nrecords = \"sight\"", "publish.records", 2, "repository"},
		{"[publish]\nrecord = \"site\"", "publish.record", 2, "nearest is records"},
		{"[publish]\nrecords_url = \"https://example.org/a\"", "publish.records_url", 2, "records = \"repository\""},
		{"[publish]\nrecords = \"repository\"\nrecords_url = \"artifacts\"", "publish.records_url", 3, "https://"},
		{"[site]\ntitle = { fr = \"a\" }", "site.title", 2, "fr"},
		{"[site]\ntitle = 3", "site.title", 2, "table"},
		{"[site\n", "", 2, ""},
	} {
		_, err := ParseConfig("config.toml", []byte(c.text))
		var f *artifact.Fault
		if !errors.As(err, &f) {
			t.Errorf("%q: error %v, want a fault", c.text, err)
			continue
		}
		if f.File != "config.toml" || f.Line != c.line || c.field != "" && !strings.HasSuffix(f.Field, c.field) || !strings.Contains(f.Message, c.says) {
			t.Errorf("%q: line %d, field %q, %q; want line %d, %q, %q", c.text, f.Line, f.Field, f.Message, c.line, c.field, c.says)
		}
	}
}

func TestColorsByFirstAppearance(t *testing.T) {
	f := newFixture(t)
	// Seven precisions without a color of their own; the oldest takes s4.
	days := map[string]string{"INT8": "2025-01-03", "INT4": "2025-01-01", "MXFP4": "2025-01-02", "Q5": "2025-01-04", "Q6": "2025-01-05", "Q8": "2025-01-06"}
	for p, day := range days {
		f.put(bundle(loadRun(p, 1, day, 300)))
	}
	f.put(bundle(loadRun("INT4", 2, "2025-02-01", 300))) // shares the color of its precision
	f.put(bundle(loadRun("FP8", 1, "2024-01-01", 300)))
	slots, other := map[string]string{}, map[string]int{}
	for _, s := range f.clean().Subjects {
		slots[s.Precision], other[s.Precision] = s.Slot, s.Other
	}
	want := map[string]string{"FP8": "fp8", "INT4": "s4", "MXFP4": "s5", "INT8": "s6", "Q5": "s7", "Q6": "s8", "Q8": "s4"}
	if !maps.Equal(slots, want) {
		t.Errorf("slots %v, want %v", slots, want)
	}
	if other["INT4"] != 0 || other["Q8"] != 5 || other["FP8"] != -1 {
		t.Errorf("places %v", other)
	}
	cfg := DefaultConfig()
	cfg.Colors["Small-1B INT4"] = "s8"
	s, err := Load(f.store, cfg)
	if err != nil {
		t.Fatal(err)
	}
	for _, sub := range s.Subjects {
		if sub.Name == "Small-1B INT4" && sub.Slot != "s8" {
			t.Errorf("the color of the config gives %s", sub.Slot)
		}
	}
}

func TestLabelsOfTheConfigTellSubjectsApart(t *testing.T) {
	f := newFixture(t)
	for _, cooling := range []string{"air", "water"} {
		a := loadRun("BF16", 1, "2025-01-01", 300)
		a.Subject.Labels = map[string]string{"cooling": cooling}
		f.put(bundle(a))
	}
	if n := len(f.clean().Subjects); n != 1 {
		t.Errorf("%d subjects; a label that the config does not name tells nothing apart", n)
	}
	cfg := DefaultConfig()
	cfg.Labels = []string{"cooling"}
	s, err := Load(f.store, cfg)
	if err != nil || len(s.Subjects) != 2 {
		t.Errorf("%d subjects with the label named, error %v", len(s.Subjects), err)
	}
}
