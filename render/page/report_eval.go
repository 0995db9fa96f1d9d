package page

import (
	"math"
	"strings"

	"benchsite/collect/artifact"
	"benchsite/render/dataset"
	"benchsite/render/locale"
)

// published is the score that a rescored run replaced, as it was first made
// public; nil when the run was not rescored or its parent is not in the set.
func published(r *dataset.Run, task string) (*dataset.Run, *dataset.Score) {
	if len(r.DerivedFrom) == 0 || r.DerivedFrom[0].How != artifact.HowRescore {
		return nil, nil
	}
	for _, p := range r.Parents {
		if s := p.Score(task); s != nil {
			return p, s
		}
	}
	return nil, nil
}

// accuracyChart shows the scores of a task with their intervals; below a
// rescored value stands the one as published.
func (w *writer) accuracyChart(t *dataset.Topic) Chart {
	l := w.L
	if numeric(t) {
		return w.numberChart(t)
	}
	c := Chart{Kind: ChartAccuracy, Lang: w.Lang.Tag()}
	panel := ChartPanel{Heads: []string{l.Text("th.ci")}, X: ChartAxis{Format: TickPercent}}
	table := ChartTable{
		Head:    []string{w.subjectHead(t), l.Text("th.score"), l.Text("th.ci")},
		RawHead: []string{"subject", "score", "ci_lo", "ci_hi", "n"},
	}
	replaced := false
	for _, r := range t.Runs {
		_, old := published(r, t.Task)
		now := r.Score(t.Task)
		replaced = replaced || old != nil && now != nil && old.Value != now.Value
	}
	if replaced {
		table.Head = []string{w.subjectHead(t), l.Text("th.rescored"), l.Text("th.ci"), l.Text("th.as-published"), l.Text("th.ci")}
		table.RawHead = append(table.RawHead, "score_published", "ci_lo_published", "ci_hi_published")
		c.Key = []ChartKey{{Text: l.Text("fig.rescored")}, {Text: l.Text("fig.as-published"), Hollow: true}}
	}
	table.Head = append(table.Head, l.Text("th.wrong"), l.Text("th.other-outcomes"))
	table.RawHead = append(table.RawHead, "wrong", "unparsed", "truncated", "error")
	lo, hi := 1.0, 0.0
	var first *dataset.Score
	var scorer string
	for _, r := range t.Runs {
		s := r.Score(t.Task)
		if s == nil {
			continue
		}
		if first == nil {
			first, scorer = s, w.scorerOf(s)
		}
		row := w.scoreSeries(w.name(r), r, s)
		cells := []string{w.name(r), w.score(s), w.range_(s)}
		raw := append([]ChartRaw{RawText(r.Subject.Name)}, append(rawScore(s), RawNumber(float64(s.N)))...)
		if replaced {
			if _, old := published(r, t.Task); old != nil {
				pt := w.scorePoint(row.Name, old)
				pt.Hollow = true
				pt.Tip = l.Clauses(pt.Tip, l.Text("fig.as-published"))
				row.Points = append(row.Points, pt)
				cells, raw = append(cells, w.score(old), w.range_(old)), append(raw, rawScore(old)...)
			} else {
				cells, raw = append(cells, locale.Unknown, locale.Unknown), append(raw, ChartRaw{}, ChartRaw{}, ChartRaw{})
			}
		}
		for _, pt := range row.Points {
			lo, hi = min(lo, pt.Value), max(hi, pt.Value)
			if pt.Interval {
				lo, hi = min(lo, pt.Lo), max(hi, pt.Hi)
			}
		}
		wrong, others, rawOutcomes := w.outcomes(s)
		cells, raw = append(cells, wrong, others), append(raw, rawOutcomes...)
		panel.Series = append(panel.Series, row)
		table.Rows, table.Raw = append(table.Rows, cells), append(table.Raw, raw)
	}
	if first == nil {
		return c
	}
	panel.X.Min, panel.X.Max = max(0, math.Floor((lo-0.01)*50)/50), min(1, math.Ceil((hi+0.01)*50)/50)
	c.Panels, c.Table = []ChartPanel{panel}, table
	c.Title = l.Fill("fig.title-accuracy-task", locale.Slots{"task": w.taskName(t)})
	c.Sub = l.Fill("fig.sub-accuracy", locale.Slots{"n": first.N})
	if panel.X.Min > 0 {
		c.Sub = l.Fill("fig.sub-accuracy-from", locale.Slots{"n": first.N, "value": wholePercent(panel.X.Min)})
	}
	c.Note = w.protocolNote(t)
	if scorer != "" {
		c.Note = l.Fill("fig.note-protocol-scorer", locale.Slots{"id": "`" + t.Protocol.ID + "`", "scorer": hold(scorer)})
	}
	var values []string
	for i, s := range panel.Series {
		values = append(values, l.Fill("fig.desc-score", locale.Slots{"subject": s.Name, "score": s.Points[0].Text, "ci": table.Rows[i][2]}))
	}
	c.Desc = l.Fill("fig.desc-values", locale.Slots{"measure": w.taskName(t), "values": l.Enum(values...)})
	return c
}

func wholePercent(v float64) string { return itoa(int(math.Round(v*100))) + "%" }

// range_ is the interval of a score, or the dash.
func (w *writer) range_(s *dataset.Score) string {
	return w.interval(s)
}

func rawScore(s *dataset.Score) []ChartRaw {
	if !s.Interval {
		return []ChartRaw{RawNumber(s.Value), {}, {}}
	}
	return []ChartRaw{RawNumber(s.Value), RawNumber(s.Lo), RawNumber(s.Hi)}
}

// scorerOf names the scorer of a score, "" when it is not recorded.
func (w *writer) scorerOf(s *dataset.Score) string {
	if s.Scorer == nil {
		return ""
	}
	return Cut(scorerWord(*s.Scorer), CutCell)
}

// outcomes counts what became of the items that were not answered correctly.
func (w *writer) outcomes(s *dataset.Score) (wrong, others string, raw []ChartRaw) {
	o := &artifact.Outcomes{}
	if s.Info != nil && s.Info.Outcomes != nil {
		o = s.Info.Outcomes
	}
	print := func(n *int64) string {
		if n == nil {
			return locale.Unknown
		}
		return w.L.Count(int(*n))
	}
	for _, n := range []*int64{o.Wrong, o.Unparsed, o.Truncated, o.Error} {
		if n == nil {
			raw = append(raw, ChartRaw{})
			continue
		}
		raw = append(raw, RawNumber(float64(*n)))
	}
	return print(o.Wrong), w.L.Enum(print(o.Unparsed), print(o.Truncated), print(o.Error)), raw
}

// pairs are the paired tests of a topic that can be shown: same items, same
// protocol, records on both sides.
func pairs(t *dataset.Topic) []*dataset.Comparison {
	var out []*dataset.Comparison
	for _, c := range t.Pairs {
		if p := c.Task(t.Task); p != nil && p.Comparable && p.Paired != nil {
			out = append(out, c)
		}
	}
	return out
}

// pairedChart shows the differences on the same items with their intervals, the
// flips both ways, the test, and what it could have seen.
func (w *writer) pairedChart(t *dataset.Topic) Chart {
	l := w.L
	if numeric(t) {
		return w.textsChart(t)
	}
	c := Chart{Kind: ChartForest, Lang: w.Lang.Tag(), Sub: l.Text("fig.sub-forest")}
	list := pairs(t)
	if len(list) == 0 {
		return c
	}
	panel := ChartPanel{
		Heads: []string{l.Text("th.difference-ci"), l.Text("th.flips"), "p"},
		X:     ChartAxis{Label: l.Text("fig.difference-axis"), Format: TickSigned}, Ref: &ChartRef{},
		Below: "← " + l.Text("fig.baseline-higher"), Above: l.Text("fig.subject-higher") + " →",
	}
	c.Table = ChartTable{
		Head: []string{
			l.Text("th.pair"), l.Text("th.difference"), l.Text("th.ci"), l.Text("th.only-subject"), l.Text("th.only-baseline"), l.Text("th.p"), l.Text("th.holm"), l.Text("th.mde-pp"),
		},
		RawHead: []string{"pair", "difference", "ci_lo", "ci_hi", "only_subject", "only_baseline", "p", "holm", "mde"},
	}
	band, found, family := math.Inf(1), 0, 1
	var corrected, values []string
	for _, cmp := range list {
		p := cmp.Task(t.Task).Paired
		name := w.name(cmp.B) + " − " + w.name(cmp.A)
		diff, ci := l.PointsNumber(p.Difference), l.PointsRange(p.Lo, p.Hi)
		flips := l.Count(p.OnlyB) + " : " + l.Count(p.OnlyA)
		s := ChartSeries{Name: name, Slot: SlotInk, Mark: MarkSquare}
		s.Points = []ChartPoint{{
			Value: p.Difference * 100, Interval: true, Lo: p.Lo * 100, Hi: p.Hi * 100, Text: diff, Range: ci,
			Cells: []string{l.Bracket(diff, ci), flips, l.PNumber(p.P)},
			Tip:   l.Fill("fig.desc-pair", locale.Slots{"pair": name, "diff": diff, "ci": ci, "p": l.PValue(p.P)}),
		}}
		values = append(values, s.Points[0].Tip)
		panel.Series = append(panel.Series, s)
		mde, rawMDE := locale.Unknown, ChartRaw{}
		if p.DetectableOK {
			band = min(band, p.Detectable)
			mde, rawMDE = l.Bracket(l.PointsSize(p.Detectable), l.Counted(p.DetectableItems, "item")), RawNumber(p.Detectable)
		}
		if p.Found {
			found++
		}
		family = p.Family
		corrected = append(corrected, l.PNumber(p.Holm))
		c.Table.Rows = append(c.Table.Rows, []string{name, diff, ci, l.Count(p.OnlyB), l.Count(p.OnlyA), l.PNumber(p.P), l.PNumber(p.Holm), mde})
		c.Table.Raw = append(c.Table.Raw, []ChartRaw{
			RawText(cmp.B.Subject.Name + " - " + cmp.A.Subject.Name), RawNumber(p.Difference), RawNumber(p.Lo), RawNumber(p.Hi),
			RawNumber(float64(p.OnlyB)), RawNumber(float64(p.OnlyA)), RawNumber(p.P), RawNumber(p.Holm), rawMDE,
		})
	}
	if !math.IsInf(band, 1) {
		// The smallest of them: differences within it are missed by every pair.
		panel.Band = &ChartBand{Lo: -band * 100, Hi: band * 100, Label: l.Fill("fig.band", locale.Slots{"mde": l.PointsSize(band)})}
	}
	c.Panels = []ChartPanel{panel}
	c.Title = w.pairedTitle(list, found)
	notes := []string{l.Text("fig.note-flips")}
	if family > 1 {
		notes = append(notes, l.Fill("fig.note-holm", locale.Slots{"n": family, "values": l.Enum(corrected...)}))
	}
	c.Note = l.Sentences(notes...)
	c.Desc = l.Fill("fig.desc-values", locale.Slots{"measure": w.taskName(t), "values": strings.Join(values, w.listGap())})
	return c
}

func (w *writer) pairedTitle(list []*dataset.Comparison, found int) string {
	switch {
	case found > 0 && len(list) > 1:
		return w.L.Fill("fig.title-pairs-found", locale.Slots{"n": len(list), "found": found})
	case found > 0:
		return w.L.Fill("fig.title-pair-found", locale.Slots{"subject": w.name(list[0].B), "baseline": w.name(list[0].A)})
	case len(list) == 1:
		return w.L.Fill("fig.title-pair-none", locale.Slots{"subject": w.name(list[0].B), "baseline": w.name(list[0].A)})
	}
	return w.L.Fill("fig.title-pairs-none", locale.Slots{"n": len(list)})
}

func (w *writer) accuracySide(t *dataset.Topic) []Side {
	if numeric(t) {
		return []Side{w.side("perplexity", nil)}
	}
	out := []Side{w.side("interval", nil)}
	if len(pairs(t)) > 0 {
		out = append(out, w.side("overlap", nil))
	}
	return out
}

// pairedSide says what the test could have seen, with the figures of the pair
// that saw least.
func (w *writer) pairedSide(t *dataset.Topic) []Side {
	var least *dataset.PairedResult
	for _, c := range pairs(t) {
		if p := c.Task(t.Task).Paired; p.DetectableOK && (least == nil || p.Detectable > least.Detectable) {
			least = p
		}
	}
	if least == nil {
		return nil
	}
	l := w.L
	return []Side{{l.Text("side.mde.lead"), T(l.Sentences(
		l.Fill("finding.mde", locale.Slots{"n": least.N, "flips": least.Paired.Flips(), "mde": l.PointsSize(least.Detectable), "k": least.DetectableItems}),
		l.Text("finding.no-proof"),
	))}}
}
