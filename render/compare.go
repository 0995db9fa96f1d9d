package render

import (
	"bytes"
	"encoding/json"
	"fmt"

	"benchsite/render/page"
)

// compareData is the list of runs and the words for the page on which runs are
// chosen, a classic script.
func compareData(e *page.Edition) ([]byte, error) {
	data, err := e.CompareData()
	return bytes.Join([][]byte{[]byte("(window.benchsite=window.benchsite||{}).compare="), data, []byte(";\n")}, nil), err
}

// fragmentFiles are a prepared comparison as a piece of HTML that the templates
// have made and escaped, in a classic script, with its figures.
func fragmentFiles(f page.Fragment, l *layouts) ([]file, error) {
	p := f.Build()
	var buf bytes.Buffer
	if err := l.html["comparison"].ExecuteTemplate(&buf, "pair", p); err != nil {
		return nil, err
	}
	html, err := json.Marshal(string(neutral(buf.Bytes()))) // escapes < > & for a script
	if err != nil {
		return nil, err
	}
	out := []file{{f.Name, fmt.Appendf(nil, "benchsite.compared(%q, %s);\n", f.Key, html)}}
	for _, fig := range p.Figures {
		out = append(out, figureFiles(p.Dir, fig)...)
	}
	return out, nil
}
