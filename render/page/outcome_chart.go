package page

import (
	"benchsite/collect/artifact"
	"benchsite/render/dataset"
	"benchsite/render/locale"
)

// outcomeRow is one row of an outcome stack: the score of a run under a name.
type outcomeRow struct {
	name, task string
	run        *dataset.Run
	score      *dataset.Score
}

// stackedOutcomes is how many rows an outcome stack shows.
const stackedOutcomes = 20

var outcomeNames = [...]artifact.Outcome{artifact.OutcomeCorrect, artifact.OutcomeWrong, artifact.OutcomeUnparsed, artifact.OutcomeTruncated, artifact.OutcomeError}

// outcomeChart stacks what became of the items, so that answers that were cut or
// could not be read are not taken for wrong ones. It is empty where nothing but
// a share is recorded.
func (e *Edition) outcomeChart(id string, rows []outcomeRow) Chart {
	l := e.L
	c := Chart{ID: id, Kind: ChartOutcomes, Lang: e.Lang.Tag(), Title: l.Text("fig.title-outcomes"), Sub: l.Text("fig.sub-outcomes")}
	panel := ChartPanel{X: ChartAxis{Format: TickPercent}}
	c.Table = ChartTable{Head: []string{l.Text("th.subject")}, RawHead: []string{"subject", "task"}}
	for _, o := range outcomeNames {
		word := l.Text("th." + string(o))
		c.Key = append(c.Key, ChartKey{Text: word})
		c.Table.Head, c.Table.RawHead = append(c.Table.Head, word), append(c.Table.RawHead, string(o))
	}
	unknown := false
	var desc []string
	for _, row := range rows {
		if row.score.Info == nil || row.score.Info.Outcomes == nil || len(panel.Series) == stackedOutcomes {
			continue
		}
		o := row.score.Info.Outcomes
		s := e.seriesOf(row.name, row.run)
		cells, raw := []string{row.name}, []ChartRaw{RawText(row.run.Subject.Name), RawText(row.score.Task)}
		var parts []string
		known := 0
		for i, n := range []*int64{o.Correct, o.Wrong, o.Unparsed, o.Truncated, o.Error} {
			if n == nil {
				unknown = true
				s.Points = append(s.Points, ChartPoint{Missing: true, Text: locale.Unknown})
				cells, raw = append(cells, locale.Unknown), append(raw, ChartRaw{})
				continue
			}
			known++
			text := c.Key[i].Text + " " + l.Count(int(*n))
			s.Points = append(s.Points, ChartPoint{Value: float64(*n), Text: l.Count(int(*n)), Tip: l.Clauses(row.name, text)})
			cells, raw = append(cells, l.Count(int(*n))), append(raw, RawNumber(float64(*n)))
			parts = append(parts, text)
		}
		if known < 2 { // a count of correct answers alone is the score again
			continue
		}
		panel.Series = append(panel.Series, s)
		c.Table.Rows, c.Table.Raw = append(c.Table.Rows, cells), append(c.Table.Raw, raw)
		desc = append(desc, l.Label(row.name, l.Clauses(parts...)))
	}
	if len(panel.Series) == 0 {
		return c
	}
	if unknown {
		c.Note = l.Text("note.dash")
	}
	c.Panels = []ChartPanel{panel}
	if len(panel.Series) == 1 || len(rows) > 0 && rows[0].run != rows[len(rows)-1].run {
		c.Title = l.Fill("fig.title-outcomes-task", locale.Slots{"task": rows[0].task})
	}
	c.Desc = l.Sentences(desc...)
	return c
}

func (w *writer) outcomesSide(*dataset.Topic) []Side { return []Side{w.side("outcomes", nil)} }

// outcomesOfTopic is the outcome stack of the subjects of a topic.
func (w *writer) outcomesOfTopic(t *dataset.Topic) Chart {
	var rows []outcomeRow
	for _, r := range t.Runs {
		if s := r.Score(t.Task); s != nil {
			rows = append(rows, outcomeRow{w.name(r), w.scoreTask(s), r, s})
		}
	}
	return w.outcomeChart("", rows)
}
