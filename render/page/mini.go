package page

import (
	"fmt"
	"strings"

	"benchsite/render/dataset"
	"benchsite/render/stats"
)

// mini is the small chart of a topic with its caption.
func (e *Edition) mini(t *dataset.Topic, name namer) (string, Chart) {
	l := e.L
	c := Chart{ID: "mini-" + t.Kind + "-" + t.Protocol.ID + "-" + t.Runs[0].Hash8, Lang: e.Lang.Tag()}
	if t.Kind == "eval" {
		c.Kind = ChartAccuracy
		panel := ChartPanel{X: ChartAxis{Format: TickPercent}}
		task := e.taskLabel(t.Task)
		for _, r := range t.Runs {
			s := r.Score(t.Task)
			if s == nil {
				continue
			}
			task = e.shortTaskOf(s)
			if s.Number() {
				panel.X.Format = TickNumber
			}
			panel.Series = append(panel.Series, e.scoreSeries(name(r), r, s))
		}
		c.Panels = []ChartPanel{panel}
		c.Title = l.Clauses(task, l.Text("th.ci"))
		c.Desc = e.scoresDesc(panel)
		return c.Title, c
	}
	c.Kind = ChartBars
	panel := ChartPanel{X: ChartAxis{FromZero: true}}
	metric, unit := "", ""
	var values []float64
	for _, r := range t.Runs {
		if f, _, ok := r.Typical(); ok {
			values = append(values, f.Value.Num)
		}
	}
	repeated := "" // which kind of bounds the bars carry
	for i, r := range t.Runs {
		f, over, ok := r.Typical()
		if !ok || metric != "" && f.Key != metric {
			continue
		}
		metric = f.Key
		print, u := e.scale(f.Value.Kind, values...)
		unit = u
		s := e.seriesOf(name(r), r)
		s.Second = t.Scaling && i == 0
		pt := ChartPoint{Value: f.Value.Num, Text: print(f.Value.Num), Tip: l.Label(name(r), e.value(*f.Value))}
		if over.N > 1 {
			repeated = "fig.median-range"
			if over.Spread == stats.SpreadInterval {
				repeated = "fig.median-interval"
			}
			pt.Interval, pt.Lo, pt.Hi, pt.Range = true, over.Lo, over.Hi, l.NumberRange(print(over.Lo), print(over.Hi))
			pt.Tip = l.Clauses(pt.Tip, pt.Range)
		}
		s.Points = []ChartPoint{pt}
		panel.Series = append(panel.Series, s)
	}
	c.Panels = []ChartPanel{panel}
	c.Title = l.Clauses(l.Seam(Cut(e.familyName(t.Runs[0]), 32)+" ", fmt.Sprint(e.findingSlot("metric", metric))), unit)
	if repeated != "" {
		c.Title = l.Clauses(c.Title, l.Text(repeated))
	}
	c.Desc = e.scoresDesc(panel)
	return c.Title, c
}

// scoresDesc says the values of a row chart in one sentence.
func (e *Edition) scoresDesc(p ChartPanel) string {
	var parts []string
	for _, s := range p.Series {
		for _, pt := range s.Points {
			parts = append(parts, strings.TrimSpace(s.Name+" "+pt.Text+" "+pt.Range))
		}
	}
	return e.L.Enum(parts...)
}

// scoreSeries is the row of one score.
func (e *Edition) scoreSeries(name string, r *dataset.Run, s *dataset.Score) ChartSeries {
	out := e.seriesOf(name, r)
	out.Points = []ChartPoint{e.scorePoint(name, s)}
	return out
}

func (e *Edition) scorePoint(name string, s *dataset.Score) ChartPoint {
	pt := ChartPoint{Value: s.Value, Text: e.share(s)}
	if s.Correct >= 0 && s.N > 0 {
		pt.Text = e.L.Count(s.Correct) + "/" + e.L.Count(s.N)
	}
	if s.Interval {
		pt.Interval, pt.Lo, pt.Hi, pt.Range = true, s.Lo, s.Hi, e.interval(s)
	}
	pt.Tip = e.L.Label(name, strings.TrimSpace(e.score(s)+" "+pt.Range))
	return pt
}
