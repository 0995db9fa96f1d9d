package page

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"benchsite/collect/artifact"
	"benchsite/render/dataset"
)

// writer puts the sections of a report together, in the order in which a reader
// meets them, so that figures are numbered in that order.
type writer struct {
	*Edition
	b        *Base
	r        *dataset.Report
	sections []Section
	figures  map[string]*Figure // by chart, to link findings to them
	tables   map[string]bool    // those that the body shows, so that they are not added again
	told     map[string]bool    // codes of notices that the body shows where they belong
	boxes    map[string]bool    // protocols whose box stands somewhere
}

func (e *Edition) write(b *Base, r *dataset.Report) *writer {
	w := &writer{
		Edition: e, b: b, r: r,
		figures: map[string]*Figure{}, tables: map[string]bool{}, told: map[string]bool{}, boxes: map[string]bool{},
	}
	if len(r.Topics) > 0 {
		w.boxes[r.Topics[0].Protocol.ID] = true // stands at the head of the page
	}
	return w
}

// name is the short name of a run in the report: its label there, else what
// tells the runs of its topic apart.
func (w *writer) name(r *dataset.Run) string {
	if s := w.r.Label(r, string(w.Lang)); s != "" {
		return Cut(s, 40)
	}
	for _, t := range w.r.Topics {
		if slices.ContainsFunc(t.Runs, func(x *dataset.Run) bool { return x.Who == r.Who }) {
			return w.namer(t.Runs)(r)
		}
	}
	return w.namer(w.r.AllRuns())(r)
}

// now is the section that is being written.
func (w *writer) now() *Section {
	if len(w.sections) == 0 {
		w.sections = append(w.sections, Section{})
	}
	return &w.sections[len(w.sections)-1]
}

// add puts a block into the section. What follows a figure begins a new line, so
// that the notes of the figure stay beside it.
func (w *writer) add(b Block) {
	if n := len(w.now().Blocks); n > 0 && w.now().Blocks[n-1].Figure != nil {
		w.sections = append(w.sections, Section{})
	}
	s := w.now()
	s.Blocks = append(s.Blocks, b)
}

var headingForm = regexp.MustCompile(`^##[ \t]+(.*?)[ \t]*(?:\{#([a-z0-9-]+)\})?[ \t]*$`)

// ownKeys are the anchors that the page itself always gives.
var ownKeys = []string{"main", "glance", "findings", benchmarksID, "environment", "commands", "raw", "cite"}

// free is the anchor of a section that the page adds, changed where the body
// has taken it.
func (w *writer) free(id string) string {
	for base, n := id, 2; slices.ContainsFunc(w.sections, func(s Section) bool { return s.ID == id }); n++ {
		id = base + "-" + itoa(n)
	}
	return id
}

// body writes the printed body of the report. "## Words {#key}" begins a
// section whose anchor is the key; without a key the anchor is the place of the
// section, so that it is the same in both languages in any case. What cannot be
// written is an error, with the line where it is known.
func (w *writer) body(pieces []piece) (line int, err error) {
	fenced := false
	var prose strings.Builder
	flush := func() {
		if s := strings.Trim(prose.String(), "\n"); strings.TrimSpace(s) != "" {
			w.add(Block{Prose: &Prose{s + "\n"}})
		}
		prose.Reset()
	}
	titled := 0
	for _, p := range pieces {
		if p.call != nil {
			flush()
			if err := w.block(p.call); err != nil {
				return p.call.line, fmt.Errorf("{{%s}}: %v", p.call, err)
			}
			continue
		}
		for line := range strings.Lines(p.text) {
			if strings.HasPrefix(strings.TrimSpace(line), "```") {
				fenced = !fenced
			}
			m := headingForm.FindStringSubmatch(strings.TrimRight(line, "\r\n"))
			if fenced || m == nil {
				prose.WriteString(line)
				continue
			}
			flush()
			titled++
			if m[2] == "" {
				m[2] = fmt.Sprintf("section-%d", titled)
			}
			if slices.Contains(ownKeys, m[2]) || strings.HasPrefix(m[2], "fig-") || strings.HasPrefix(m[2], "n-") ||
				slices.ContainsFunc(w.sections, func(s Section) bool { return s.ID == m[2] }) {
				return 0, fmt.Errorf("the key of the heading %q is taken: {#%s}", unescaped(m[1]), m[2])
			}
			w.sections = append(w.sections, Section{ID: m[2], Title: unescaped(m[1])})
		}
	}
	flush()
	return 0, nil
}

var escapes = regexp.MustCompile(`\\([[:punct:]])`)

// unescaped turns the Markdown of a heading into plain text: its figures were
// printed as Markdown.
func unescaped(s string) string { return escapes.ReplaceAllString(s, "$1") }

// block writes a chart, a table or notices.
func (w *writer) block(c *call) error {
	switch c.name {
	case "chart":
		draw, t, err := w.find(c.args)
		if err != nil {
			return err
		}
		if w.figures[w.chartID(c.args[0], t)] != nil {
			return errors.New("stands in the body twice")
		}
		w.figure(c.args[0], draw, t)
		return nil
	case "table":
		t, err := w.table(c.args)
		if err != nil {
			return err
		}
		if t == nil {
			w.add(Block{Small: T(w.L.Text("text.no-table"))})
			return nil
		}
		if c.args[0] == "flips" {
			w.strip(c.args[1:])
		}
		w.add(Block{Table: t})
		return nil
	}
	for _, code := range c.args {
		if !slices.Contains(dataset.Codes, code) {
			return fmt.Errorf("%q is no code of a notice", code)
		}
	}
	codes := c.args
	if len(codes) == 0 {
		codes = dataset.Codes
	}
	if list := w.notices(codes); len(list) > 0 {
		w.add(Block{Notices: list})
	}
	for _, code := range codes {
		w.told[code] = true
	}
	return nil
}

// try writes a body for nothing, to find what is wrong with it before the page
// is built.
func (e *Edition) try(file string, pieces []piece, r *dataset.Report) error {
	b := e.Base("report", reportPath(r), "", "")
	if line, err := e.write(&b, r).body(pieces); err != nil {
		return &artifact.Fault{File: file, Line: line, Message: err.Error()}
	}
	return nil
}

// chartDrawers are the charts of a report, by the name that expressions call
// them, and whether they show an evaluation.
var chartDrawers = map[string]struct {
	draw func(*writer, *dataset.Topic) Chart
	eval bool
	side func(*writer, *dataset.Topic) []Side
}{
	"throughput": {(*writer).throughputChart, false, (*writer).throughputSide},
	"latency":    {(*writer).latencyChart, false, (*writer).latencySide},
	"server":     {(*writer).serverChart, false, (*writer).serverSide},
	"relative":   {(*writer).relativeChart, false, (*writer).relativeSide},
	"accuracy":   {(*writer).accuracyChart, true, (*writer).accuracySide},
	"outcomes":   {(*writer).outcomesOfTopic, true, (*writer).outcomesSide},
	"paired":     {(*writer).pairedChart, true, (*writer).pairedSide},

	"relative-score": {(*writer).relativeScoreChart, true, (*writer).relativeScoreSide},
}

// chartNames are the names of the charts in the order in which messages list
// them.
var chartNames = []string{"throughput", "latency", "server", "relative", "accuracy", "outcomes", "paired", "relative-score"}

// chartID is the anchor and file name of a chart. A report may show a chart once
// for every protocol.
func (w *writer) chartID(name string, t *dataset.Topic) string {
	id := "fig-" + name
	if name == "relative-score" { // one for the whole report
		return id
	}
	if evalKind(t) {
		id += "-" + artifact.Slug(t.Task)
	}
	for _, other := range w.r.Topics {
		if other == t {
			break
		}
		if other.Kind == t.Kind && other.Task == t.Task {
			return id + "-" + t.Protocol.ID + "-" + t.Runs[0].Hash8
		}
	}
	return id
}

// find resolves the arguments of a chart: its name, and for an evaluation the
// task, for a load test a run whose protocol is meant. The second may be left
// out where there is no choice.
func (w *writer) find(args []string) (func(*writer, *dataset.Topic) Chart, *dataset.Topic, error) {
	d, ok := chartDrawers[args[0]]
	if !ok {
		return nil, nil, fmt.Errorf("no chart %q; there are %s", args[0], strings.Join(chartNames, ", "))
	}
	kind, hint := string(artifact.KindLoad), "the short name of a run"
	if d.eval {
		kind, hint = string(artifact.KindEval), "a task"
	}
	var fit []*dataset.Topic
	var known []string
	for _, t := range w.r.Topics {
		if t.Kind != kind {
			continue
		}
		known = append(known, t.Task)
		if len(args) < 2 || d.eval && t.Task == args[1] || !d.eval && slices.Contains(t.Runs, w.r.ByAlias(args[1])) {
			fit = append(fit, t)
		}
	}
	switch {
	case len(fit) == 0 && d.eval && len(args) > 1:
		return nil, nil, fmt.Errorf("no run of this report has the task %q; there are %s", args[1], strings.Join(known, ", "))
	case len(fit) == 0:
		return nil, nil, fmt.Errorf("no run of this report can be drawn so")
	case len(fit) > 1 && len(args) < 2 && args[0] != "relative-score":
		return nil, nil, fmt.Errorf("could show %d groups of runs; name %s", len(fit), hint)
	}
	return d.draw, fit[0], nil
}

// figure adds a chart, on a line with the notes that explain it. The protocol of
// its runs stands beside the first chart that is under it.
func (w *writer) figure(name string, draw func(*writer, *dataset.Topic) Chart, t *dataset.Topic) {
	c := draw(w, t)
	c.ID = w.chartID(name, t)
	f := w.b.AddFigure(c)
	if f == nil {
		w.add(Block{Small: T(w.L.Text("text.no-chart"))})
		return
	}
	f.Note, f.Chart.Note = Rich(c.Note), strings.ReplaceAll(c.Note, "`", "")
	w.figures[c.ID] = f
	if s := w.now(); len(s.Blocks) > 0 {
		w.sections = append(w.sections, Section{})
	}
	s := w.now()
	s.Blocks = append(s.Blocks, Block{Figure: f})
	s.Side = chartDrawers[name].side(w, t)
	if !w.boxes[t.Protocol.ID] {
		w.boxes[t.Protocol.ID] = true
		s.Box = w.protocolBox(w.b, t.Runs[0])
	}
}

// standard writes the charts of a report that has no body.
func (w *writer) standard() {
	for _, t := range w.r.Topics {
		names := []string{"throughput", "latency", "server", "relative"}
		s := Section{ID: "load", Title: w.L.Text("section.throughput-latency")}
		if t.Kind == string(artifact.KindEval) {
			names = []string{"accuracy", "outcomes", "paired"}
			s = Section{ID: "eval-" + artifact.Slug(t.Task), Title: w.taskName(t)}
		}
		s.ID = w.free(s.ID)
		w.sections = append(w.sections, s)
		for _, name := range names {
			c := chartDrawers[name].draw(w, t)
			if !c.Empty() && w.figures[w.chartID(name, t)] == nil {
				w.figure(name, chartDrawers[name].draw, t)
			}
		}
	}
	w.relativeScores()
}

// taskName names the task of a topic with the part of it that was asked.
func (w *writer) taskName(t *dataset.Topic) string {
	if s := t.Runs[0].Score(t.Task); s != nil {
		return w.scoreTask(s)
	}
	return w.taskLabel(t.Task)
}
