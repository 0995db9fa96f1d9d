package render

import (
	"encoding/json"

	"benchsite/render/chart"
	"benchsite/render/locale"
	"benchsite/render/page"
)

// badge is the schema of an endpoint badge of shields.io. The colour is that of
// links on the site: a badge shows a figure, not whether it is good.
type badge struct {
	SchemaVersion int    `json:"schemaVersion"`
	Label         string `json:"label"`
	Message       string `json:"message"`
	Color         string `json:"color"`
}

// badges are the files of data/badges/<language>/. Who shows a badge fetches it
// by its address, so there are none without a base URL.
func badges(e *page.Edition) ([]file, error) {
	var out []file
	for _, b := range e.Badges() {
		text, err := json.Marshal(badge{1, locale.Plain(b.Label), locale.Plain(b.Message), "0a655e"})
		if err != nil {
			return nil, err
		}
		out = append(out, file{"data/badges/" + string(e.Lang) + "/" + b.Name + ".json", append(text, '\n')})
	}
	return out, nil
}

// cards are the pictures for link previews.
func cards(e *page.Edition) ([]file, error) {
	var out []file
	for _, c := range e.Cards() {
		picture, err := chart.Card(c.Chart, e.Name())
		if err != nil {
			return nil, err
		}
		out = append(out, file{c.Path, picture})
	}
	return out, nil
}
