package imports

import (
	"flag"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write README.md anew")

const readmeHead = `# Readers of other tools' results

Generated from the readers' own definitions (` + "`go test ./collect/imports -run Readme -update`" + `); do not edit.

A file says what it says and nothing is added: what a tool does not record is null in the artifact and "not recorded" on
the page. Bare ` + "`NaN`" + ` and ` + "`Infinity`" + ` become null. Required are the model and the date; ` + "`--set`" + ` and ` + "`--date`" + ` give what a file lacks.

| ` + "`--format`" + ` | tool | versions | what is read | how its definitions differ from ours |
|---|---|---|---|---|
`

func readme() string {
	var b strings.Builder
	b.WriteString(readmeHead)
	cell := func(s string) string {
		return strings.NewReplacer("|", `\|`, "<", "&lt;").Replace(s)
	}
	for _, r := range Readers() {
		var differences []string
		for _, d := range r.Differences {
			differences = append(differences, cell(d.EN)+" · "+cell(d.ZH))
		}
		b.WriteString("| `" + r.Name + "` | " + r.Tool + " | " + cell(r.Versions) + " | " + cell(r.Reads) + " | " + strings.Join(differences, "<br>") + " |\n")
	}
	b.WriteString("\n`--set` takes: `" + strings.Join(SetKeys(), "`, `") + "`.\n")
	return b.String()
}

func TestReadme(t *testing.T) {
	want := readme()
	if *update {
		if err := os.WriteFile("README.md", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile("README.md")
	if err != nil || string(got) != want {
		t.Errorf("README.md is not what the readers say (%v); run this test with -update", err)
	}
	for _, r := range Readers() {
		for _, d := range r.Differences {
			if d.EN == "" || d.ZH == "" {
				t.Errorf("%s: a difference in one language only: %+v", r.Name, d)
			}
		}
	}
}
