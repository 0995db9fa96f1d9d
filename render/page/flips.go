package page

import (
	"slices"
	"sync"

	"benchsite/collect/artifact"
	"benchsite/render/dataset"
	"benchsite/render/locale"
)

// listedItemsOfStrip is how many items a strip draws; more would be dust.
const listedItemsOfStrip = 400

// flipped is an item on which the subjects of an evaluation disagree. Its page
// stands under the first of them.
type flipped struct {
	id, hash, task, expected string
	kind                     string // number, exact … of suites that mix them
	slug                     string // of its page
	runs                     []*dataset.Run
	of                       map[*dataset.Run]dataset.Item
	output                   map[*dataset.Run]string
	program                  map[*dataset.Run]*program
}

// program is what a subject wrote, and what became of it.
type program struct {
	text string
	run  *artifact.CodeRun
}

// flipIndex holds the flips of all evaluations by the run that their pages stand
// under, in the order of its items.
type flipIndex struct {
	of    map[*dataset.Run][]*flipped
	homes []*dataset.Run // in the order of the findings

	mu     sync.Mutex
	unread map[*dataset.Run][]*flipped // whose replies were not asked for yet
}

// flips finds the items that get a page: those that a table of flips can list.
func (s *Site) flips() *flipIndex {
	s.flipped.once.Do(func() {
		x := &flipIndex{of: map[*dataset.Run][]*flipped{}}
		topics := slices.Clone(s.Set.Topics())
		for _, r := range s.Set.Reports {
			topics = append(topics, r.Topics...)
		}
		for _, t := range topics {
			if t.Kind == string(artifact.KindEval) && len(t.Runs) > 1 {
				x.add(t.Task, t.Runs)
			}
		}
		x.unread = map[*dataset.Run][]*flipped{}
		for _, list := range x.of {
			for _, f := range list {
				for _, r := range f.runs {
					x.unread[r] = append(x.unread[r], f)
				}
			}
		}
		s.flipped.index = x
	})
	return s.flipped.index
}

func (x *flipIndex) add(task string, runs []*dataset.Run) {
	home := runs[0]
	listed := 0
	for _, a := range answersOf(task, runs) {
		if !a.flip(runs) {
			continue
		}
		if listed++; listed > listedFlips {
			return
		}
		f := x.find(home, task, a.id)
		if f == nil {
			f = &flipped{id: a.id, hash: a.of[home].Hash, task: task, expected: a.expected, of: map[*dataset.Run]dataset.Item{}, output: map[*dataset.Run]string{}, program: map[*dataset.Run]*program{}}
			f.slug = x.free(home, a.id)
			if len(x.of[home]) == 0 {
				x.homes = append(x.homes, home)
			}
			x.of[home] = append(x.of[home], f)
		}
		for _, r := range runs {
			if !slices.Contains(f.runs, r) {
				f.runs = append(f.runs, r)
				f.of[r] = a.of[r]
			}
		}
	}
}

// free is the folder of an item below its run: its id, made safe, and a number
// where two ids would come to the same.
func (x *flipIndex) free(home *dataset.Run, id string) string {
	base := artifact.Slug(Cut(id, 60))
	if base == "" {
		base = "item"
	}
	slug := base
	for n := 2; slices.ContainsFunc(x.of[home], func(f *flipped) bool { return f.slug == slug }); n++ {
		slug = base + "-" + itoa(n)
	}
	return slug
}

func (x *flipIndex) find(home *dataset.Run, task, id string) *flipped {
	for _, f := range x.of[home] {
		if f.task == task && f.id == id {
			return f
		}
	}
	return nil
}

// reply is what a subject answered, "" when it is not stored. Records are large,
// so they are read once for each run whose replies are shown, and only those are
// kept.
func (x *flipIndex) reply(r *dataset.Run, f *flipped) string {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.read(r)
	return f.output[r]
}

// program is what a subject wrote, nil where nothing was run.
func (x *flipIndex) program(r *dataset.Run, f *flipped) *program {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.read(r)
	return f.program[r]
}

// kind is what type of item it is, of suites that mix them.
func (x *flipIndex) kind(f *flipped) string {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.read(f.runs[0])
	return f.kind
}

func (x *flipIndex) read(r *dataset.Run) {
	list := x.unread[r]
	if list == nil {
		return
	}
	delete(x.unread, r)
	records, err := r.Records()
	if err != nil {
		return // the problems page names the file
	}
	for _, rec := range records {
		for _, f := range list {
			if rec.Item != f.id || rec.Task != "" && rec.Task != f.task || rec.Repeat > 0 {
				continue
			}
			if f.runs[0] == r && rec.Type != nil {
				f.kind = *rec.Type
			}
			if rec.Output != nil {
				f.output[r] = *rec.Output
			}
			if rec.Code != nil {
				f.program[r] = &program{run: rec.Code}
				if rec.Extracted != nil {
					f.program[r].text = *rec.Extracted
				}
			}
		}
	}
}

// flip reports whether all runs answered the item and not all alike.
func (a *answers) flip(runs []*dataset.Run) bool {
	right := 0
	for _, r := range runs {
		it, ok := a.of[r]
		if !ok {
			return false
		}
		if it.Correct() {
			right++
		}
	}
	return right > 0 && right < len(runs)
}

// itemPath is the folder of the page of a flip in an edition.
func itemPath(home *dataset.Run, f *flipped) string { return runPath(home) + "items/" + f.slug + "/" }

// itemCell names an item; a flip leads to its page.
func (e *Edition) itemCell(b *Base, runs []*dataset.Run, task, id string) Cell {
	if f := e.flips().find(runs[0], task, id); f != nil {
		return Cell{Text: TLink(Cut(id, 40), b.Link(itemPath(runs[0], f)))}
	}
	return CellText(Cut(id, 40))
}

// itemsChart is the strip of all items of an evaluation: filled where a subject
// is correct, the flips on a column of their own with their number.
func (e *Edition) itemsChart(id, task string, runs []*dataset.Run, name namer) Chart {
	l := e.L
	c := Chart{ID: id, Kind: ChartItems, Lang: e.Lang.Tag()}
	list := answersOf(task, runs)
	if len(list) > listedItemsOfStrip || len(runs) > 8 {
		return c
	}
	panel := ChartPanel{}
	c.Table = ChartTable{Head: []string{l.Text("th.item")}, RawHead: []string{"item"}, Right: len(runs) + 1}
	for _, r := range runs {
		panel.Series = append(panel.Series, e.seriesOf(name(r), r))
		c.Table.Head = append(c.Table.Head, name(r))
		c.Table.RawHead = append(c.Table.RawHead, Cut(r.Subject.Name, CutCell))
	}
	same, flips := 0, 0
	var named []string
	for i, a := range list {
		flip := a.flip(runs)
		right := 0
		row, raw := []string{a.id}, []ChartRaw{RawText(a.id)}
		for j, r := range runs {
			it, ok := a.of[r]
			pt := ChartPoint{X: float64(i), Missing: !ok || it.Outcome == "", Hollow: !it.Correct()}
			word := locale.Unknown
			if !pt.Missing {
				word = l.Text("outcome." + string(it.Outcome))
			}
			pt.Tip = Cut(a.id, 40) + " · " + name(r) + " · " + word
			if flip && j == 0 {
				pt.Label = Cut(a.id, 24)
			}
			if it.Correct() {
				pt.Value = 1
				right++
			}
			panel.Series[j].Points = append(panel.Series[j].Points, pt)
			row, raw = append(row, word), append(raw, RawText(string(it.Outcome)))
		}
		if right == len(runs) {
			same++
		}
		if flip {
			flips++
			if len(named) < 12 {
				named = append(named, Cut(a.id, 40))
			}
			c.Table.Rows = append(c.Table.Rows, row)
		}
		c.Table.Raw = append(c.Table.Raw, raw)
	}
	c.Table.Rows = nil // the table of flips below says it
	if len(list) == 0 || flips == 0 {
		return Chart{}
	}
	c.Panels = []ChartPanel{panel}
	key := "cmp.grid-title"
	if len(runs) > 2 {
		key = "cmp.grid-title-all"
	}
	c.Title = l.Fill(key, locale.Slots{"n": len(list), "same": same, "flips": flips})
	c.Sub = l.Text("cmp.grid-sub")
	c.Desc = l.Label(l.Text("section.flips"), l.Enum(named...))
	return c
}
