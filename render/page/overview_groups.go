package page

import (
	"slices"
	"strings"

	"benchsite/render/dataset"
	"benchsite/render/locale"
)

// The overview is read in ten seconds: a group lists its newest findings, and
// an evaluation of many tasks does not crowd out the others.
const (
	mostEntries = 12 // of a group
	mostTasks   = 3  // of one evaluation
)

// groups orders the topics: by type, the type with the newest finding first;
// then other machines; then what was simulated.
func (e *Edition) groups(b *Base) []Group {
	types := map[string]*Group{}
	var order []*Group
	other := &Group{ID: "other", Title: e.L.Text("overview.other-machines"), Note: e.L.Text("overview.other-machines-note")}
	topics := e.Set.Topics()
	slices.SortStableFunc(topics, func(a, b *dataset.Topic) int { return strings.Compare(b.Date, a.Date) })
	home := e.home()
	sh := e.shelf(b, topics)
	for _, t := range topics {
		if home != "" && machine(t.Runs[0]) != home {
			sh.put(other, t)
			continue
		}
		g := types[t.Kind]
		if g == nil {
			g = &Group{ID: t.Kind, Title: e.L.Text("type." + t.Kind)}
		}
		sh.put(g, t)
		if types[t.Kind] == nil && len(g.Entries) > 0 {
			types[t.Kind] = g
			order = append(order, g)
			if len(order) == 1 {
				g.Note = e.L.Text("word.newest-first")
			}
		}
	}
	if len(other.Entries) > 0 {
		order = append(order, other)
	}
	simulated := &Group{ID: simulatedGroup, Title: e.L.Text("overview.simulated"), Note: e.L.Text("overview.simulated-note")}
	topics = e.Set.SimulatedTopics()
	sh = e.shelf(b, topics)
	for _, t := range topics {
		sh.put(simulated, t)
	}
	simulated.Figure = b.AddFigure(e.simulatedSweep())
	if len(simulated.Entries) > 0 || simulated.Figure != nil {
		order = append(order, simulated)
	}
	var out []Group
	for _, g := range order {
		if g.rest > 0 {
			g.More = &Link{e.L.Fill("overview.more", locale.Slots{"n": g.rest}), b.Link("runs/")}
		}
		out = append(out, *g)
	}
	return out
}

// shelf puts topics into groups, as many as a reader takes in.
type shelf struct {
	e      *Edition
	b      *Base
	sweeps map[*dataset.Topic]*sweep
	tasks  map[*dataset.Run]int // entries of one evaluation so far
}

func (e *Edition) shelf(b *Base, topics []*dataset.Topic) *shelf {
	return &shelf{e, b, e.sweepTopics(topics), map[*dataset.Run]int{}}
}

func (s *shelf) put(g *Group, t *dataset.Topic) {
	swept, level := s.sweeps[t]
	switch {
	case level && swept == nil: // another level speaks for it
		return
	case t.Runs[0].PartOf(t.Task): // the score of the whole speaks for it
		return
	case len(g.Entries) == mostEntries || t.Kind == "eval" && s.tasks[t.Runs[0]] == mostTasks:
		g.rest++
		return
	}
	entry, ok := s.e.entry(s.b, t)
	if !ok {
		return
	}
	if level {
		entry = s.e.sweepEntry(entry, t, swept)
	}
	s.tasks[t.Runs[0]]++
	g.Entries = append(g.Entries, entry)
}
