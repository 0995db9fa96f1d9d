package render

import (
	"bytes"
	"encoding/json"
	"fmt"

	"benchsite/render/chart"
	"benchsite/render/page"
)

// compareFiles are what the page on which runs are chosen loads as classic
// scripts: the list of runs with the words, and every prepared comparison as a
// piece of HTML that the templates have made and escaped.
func compareFiles(e *page.Edition, l *layouts, files output) error {
	if len(e.Set.Runs) < 2 {
		return nil
	}
	data, err := e.CompareData()
	if err != nil {
		return err
	}
	files[string(e.Lang)+"/compare/compare-data.js"] = bytes.Join([][]byte{[]byte("(window.benchsite=window.benchsite||{}).compare="), data, []byte(";\n")}, nil)
	for _, build := range e.Fragments() {
		f := build()
		var buf bytes.Buffer
		if err := l.html["comparison"].ExecuteTemplate(&buf, "pair", f.Page); err != nil {
			return err
		}
		html, err := json.Marshal(string(neutral(buf.Bytes()))) // escapes < > & for a script
		if err != nil {
			return err
		}
		files[f.Name] = fmt.Appendf(nil, "benchsite.compared(%q, %s);\n", f.Key, html)
		for _, fig := range f.Page.Figures {
			files[f.Page.Dir+string(fig.SVG)] = neutral(chart.File(fig.Chart, chart.Wide))
			files[f.Page.Dir+string(fig.CSV)] = chart.CSV(fig.Chart)
		}
	}
	return nil
}
