package render

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"benchsite/collect/artifact"
)

const aReport = `title = { zh = "标题|一", en = "A [title] | one" }
dek = { zh = "导语。", en = "A dek." }
date = "2026-01-02"

[[run]]
alias = "a"
ref = "precision=BF16,kind=load"

[[run]]
alias = "b"
ref = "precision=NVFP4,kind=load"
`

// A marked section is filled in its language, again with the same bytes, and
// nothing outside of it changes.
func TestReadmeIsFilledBetweenItsMarks(t *testing.T) {
	store := testStore(t)
	writeTest(t, filepath.Join(store.Dir(), "reports", "one", "report.toml"), aReport)
	dir := t.TempDir()
	file := filepath.Join(dir, "README.md")
	const head = "\ufeff# Mine \t\r\n\r\n```md\n<!-- benchsite:contents lang=en -->\n```\n"
	const rest = "<!-- /benchsite:contents -->\nbetween\u2028 \r\n<!-- benchsite:contents lang=zh links=none -->\r\n"
	const foot = "<!-- /benchsite:contents -->\r\nno line end"
	writeTest(t, file, head+"<!-- benchsite:contents lang=en -->\nold\n"+rest+foot)
	if err := os.Chmod(file, 0o640); err != nil {
		t.Fatal(err)
	}
	o := Options{Store: store, Config: testConfig(), Out: filepath.Join(dir, "out site")}
	fill := func() (bool, string) {
		t.Helper()
		r, err := OpenReadme(file, o.Config.Languages)
		if err != nil {
			t.Fatal(err)
		}
		changed, err := r.Fill(o)
		if err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return changed, string(data)
	}
	changed, got := fill()
	if !changed || !strings.HasPrefix(got, head+"<!-- benchsite:contents lang=en -->\n\n") || !strings.HasSuffix(got, foot) || strings.Contains(got, "old") {
		t.Fatalf("changed %v:\n%s", changed, got)
	}
	en, zh, _ := strings.Cut(got, rest)
	for _, want := range []string{`- [A \[title\] \| one](out%20site/en/reports/one/index.md) (2026-01-02): `, "NVFP4 delivers 1.88×", "[Overview](out%20site/en/index.md) · "} {
		if !strings.Contains(en, want) {
			t.Errorf("English has no %q:\n%s", want, en)
		}
	}
	if !strings.Contains(zh, `- **标题\|一**（2026-01-02）：`) || strings.Contains(zh, "](") || strings.Count(zh, "\n") != strings.Count(zh, "\r\n") {
		t.Errorf("Chinese:\n%q", zh)
	}
	if changed, again := fill(); changed || again != got {
		t.Errorf("the second time: changed %v", changed)
	}
	if st, err := os.Stat(file); err != nil || st.Mode().Perm() != 0o640 {
		t.Errorf("permissions %v, %v", st.Mode(), err)
	}
	o.Config.BaseURL = "https://example.org/bench/"
	if _, got := fill(); !strings.Contains(got, `(https://example.org/bench/en/reports/one/)`) {
		t.Errorf("with a base URL:\n%s", got)
	}
}

func TestReadmeFaults(t *testing.T) {
	for text, want := range map[string]struct {
		line int
		says string
	}{
		"# Mine\n": {0, "has no section"},
		"```\n<!-- benchsite:contents -->\n<!-- /benchsite:contents -->\n```\n":                          {0, "has no section"},
		"x\n<!-- benchsite:contents -->\n":                                                               {2, "is not closed"},
		"x\n<!-- /benchsite:contents -->\n":                                                              {2, "ends before it begins"},
		"<!-- benchsite:contents -->\n<!-- benchsite:contents -->\n<!-- /benchsite:contents -->\n":       {2, "in the one of line 1"},
		"<!-- benchsite:contents lang=fr -->\n<!-- /benchsite:contents -->\n":                            {1, "zh and en"},
		"<!-- benchsite:contents language=en -->\n<!-- /benchsite:contents -->\n":                        {1, "lang and links"},
		"<!-- benchsite:content -->\n<!-- /benchsite:contents -->\n":                                     {1, "no mark that is known"},
		"<!-- benchsite:contents lang=en --> text behind it\n<!-- /benchsite:contents -->\n":             {1, "no mark that is known"},
		"<!-- benchsite:contents -->\n```\n<!-- /benchsite:contents -->\n<!-- /benchsite:contents -->\n": {4, "ends before it begins"},
	} {
		file := filepath.Join(t.TempDir(), "README.md")
		writeTest(t, file, text)
		_, err := OpenReadme(file, []string{"zh", "en"})
		var f *artifact.Fault
		if !errors.As(err, &f) || f.Line != want.line || !strings.Contains(f.Message, want.says) {
			t.Errorf("%q: %v, want line %d and %q", text, err, want.line, want.says)
		}
		if data, _ := os.ReadFile(file); string(data) != text {
			t.Errorf("%q was changed", text)
		}
	}
	if _, err := OpenReadme(filepath.Join(t.TempDir(), "none.md"), nil); err == nil {
		t.Error("a file that is not there is no error")
	}
}
