package main

import (
	"fmt"
	"math"
	"strings"

	"benchsite/collect/artifact"
	"benchsite/render/dataset"
	"benchsite/render/locale"
	"benchsite/templates"
)

// printComparison writes a comparison as text: conditions first, then figures.
func printComparison(u *ui, c *dataset.Comparison) {
	l := english()
	u.printf("A  %s  %s%s\n", c.A.Subject.Name, c.A.ID, times(len(c.RunsA)))
	u.printf("B  %s  %s%s\n\n", c.B.Subject.Name, c.B.ID, times(len(c.RunsB)))
	printFields(u, l, "Protocol", c.Protocol)
	printFields(u, l, "Server arguments", c.Arguments)
	printFields(u, l, "Environment", c.Environment)
	u.println("")
	if !c.Comparable {
		u.println("Not comparable: the runs are shown side by side and not ranked.")
		u.println("")
	}
	for _, m := range c.Load {
		printMetric(u, l, m)
	}
	for _, t := range c.Tasks {
		printTask(u, l, t)
	}
	for _, p := range dataset.Pool(c.Tasks) {
		printPooled(u, l, p)
	}
	for _, n := range c.Notices {
		words := l.Notice(n.Code, n.Slots)
		u.printf("%s %s (%s)\n    %s %s\n", strings.ToUpper(string(n.Severity)), oneLine(words.Title), n.Code, oneLine(words.Means), oneLine(words.Todo))
	}
}

func times(n int) string {
	if n < 2 {
		return ""
	}
	return fmt.Sprintf("  (%d repeats)", n)
}

// english returns the words that the command line shares with the site.
func english() *locale.Locale {
	words, err := locale.Load(templates.FS)
	if err != nil {
		panic("BUG: the built-in catalogues do not load: " + err.Error())
	}
	return words.Locale(locale.EN)
}

func printFields(u *ui, l *locale.Locale, head string, fields []dataset.Field) {
	u.printf("%-17s %s\n", head, oneLine(fieldsText(l, fields)))
}

// fieldsText says in one line what differs, what agrees, and what is unknown.
func fieldsText(l *locale.Locale, fields []dataset.Field) string {
	var differs, unknown []string
	same := 0
	for _, f := range fields {
		switch f.Verdict {
		case dataset.Differs:
			differs = append(differs, fmt.Sprintf("%s (%s vs %s)", f.Name, l.ParamValue(f.Name, f.A), l.ParamValue(f.Name, f.B)))
		case dataset.Unknown:
			unknown = append(unknown, f.Name)
		default:
			same++
		}
	}
	var parts []string
	if differs != nil {
		parts = append(parts, "differs in "+strings.Join(differs, ", "))
	} else if same > 0 {
		parts = append(parts, "same as far as recorded")
		if unknown == nil {
			parts[0] = "same"
		}
	}
	if unknown != nil {
		parts = append(parts, "unknown: "+strings.Join(unknown, ", "))
	}
	if parts == nil {
		parts = []string{"not recorded"}
	}
	return strings.Join(parts, "; ")
}

func printMetric(u *ui, l *locale.Locale, m dataset.MetricPair) {
	name := metricName(l, m)
	line := fmt.Sprintf("%-42s %14s %14s", name, figure(l, m.Kind, m.A), figure(l, m.Kind, m.B))
	if !math.IsNaN(m.Ratio) {
		line += fmt.Sprintf("  %7s  %s", l.Ratio(m.Ratio), l.RelChange(m.Relative))
	}
	if m.Tested {
		line += "  Mann-Whitney " + l.PValue(m.P)
	}
	u.println(locale.Plain(line))
}

func metricName(l *locale.Locale, m dataset.MetricPair) string {
	name := m.Term
	if t, ok := l.Term(m.Term); ok {
		name = t.Name
	}
	if m.Part != "" {
		name += " " + m.Part
	}
	return name
}

func figure(l *locale.Locale, kind dataset.Kind, v float64) string {
	switch kind {
	case dataset.KindThroughput:
		return locale.Plain(l.Throughput(v).String())
	case dataset.KindRate:
		return locale.Plain(l.Rate(v).String())
	case dataset.KindSeconds:
		return locale.Plain(l.Seconds(v).String())
	case dataset.KindTokenSeconds:
		return locale.Plain(l.Millis(v).String())
	case dataset.KindShare:
		return l.Percent(v)
	}
	return l.Number(v, 2)
}

func printTask(u *ui, l *locale.Locale, t dataset.TaskPair) {
	u.printf("%s: A %s, B %s\n", oneLine(taskName(l, t)), scoreText(l, t.A), scoreText(l, t.B))
	for _, line := range taskLines(l, t) {
		u.println("  " + line)
	}
}

// taskName names a task with the part of it that was asked: a part never reads
// as the benchmark.
func taskName(l *locale.Locale, t dataset.TaskPair) string {
	if t.A.Part == dataset.Whole {
		return t.Task
	}
	return locale.Plain(l.Fill("finding.task-"+string(t.A.Part), locale.Slots{"task": t.Task, "n": t.A.N, "of": t.A.Of}))
}

// taskLines say what the items of both sides show.
func taskLines(l *locale.Locale, t dataset.TaskPair) (lines []string) {
	say := func(format string, args ...any) { lines = append(lines, locale.Plain(fmt.Sprintf(format, args...))) }
	switch {
	case !t.Comparable:
		say("not comparable: other items, protocol or scorer")
	case t.Texts != nil:
		x := t.Texts
		line := fmt.Sprintf("perplexity B / A: %.4f", x.Ratio)
		if x.Known {
			line += fmt.Sprintf(", 95%% CI %.4f to %.4f", x.Lo, x.Hi)
		}
		say("%s, paired over %d windows with %d tokens", line, x.N, x.Tokens)
		if x.Apart > 0 {
			say("left out: %d windows that were rated on one side only or in other tokens", x.Apart)
		}
	case t.Paired != nil:
		p := t.Paired
		say("flips: %s right only with B, %d only with A", l.Counted(p.OnlyB, "item"), p.OnlyA)
		say("exact McNemar test: %s", l.PHolm(p.P, p.Holm, p.Family))
		say("difference B − A: %s, 95%% CI %s", l.Points(p.Difference), l.PointsRange(p.Lo, p.Hi))
		if p.DetectableOK {
			say("the smallest difference this test would show in 80%% of cases: %s percentage points (%s)", l.PointsSize(p.Detectable), l.Counted(p.DetectableItems, "item"))
		} else {
			say("no difference could have been seen with %s", l.Counted(p.N, "item"))
		}
		if p.MissingA+p.MissingB > 0 {
			say("left out: %s that only one side has", l.Counted(p.MissingA+p.MissingB, "item"))
		}
		for _, f := range p.Flips {
			say("  %s: expected %q, A %q %s, B %q %s", oneLine(f.Item), cut(f.Expected), cut(f.ExtractedA), f.OutcomeA, cut(f.ExtractedB), f.OutcomeB)
		}
	case t.Means != nil:
		m := t.Means
		line := "difference B − A of the means: " + l.Points(m.Mean.Mean)
		if m.Interval {
			line += ", 95% CI " + l.PointsRange(m.Lo, m.Hi) + "; t test paired by item: " + l.PHolm(m.P, m.Holm, m.Family)
		} else {
			line += ", the same on every item"
		}
		say("%s", line)
		say("over %s of %s, %d of them independent", l.Counted(m.Repeats, "repeat"), l.Counted(m.N, "item"), m.Units)
	case t.Unpaired != nil:
		d := t.Unpaired
		say("unpaired, no item records; difference B − A: %s, 95%% CI %s", l.Points(d.Difference), l.PointsRange(d.Lo, d.Hi))
	}
	return lines
}

// printPooled prints what one suite in several languages says together.
func printPooled(u *ui, l *locale.Locale, p dataset.Pooled) {
	line := fmt.Sprintf("%s together: %s, %d answers; difference B − A: %s", strings.Join(p.Tasks, " and "), l.Counted(p.Units, "item"), p.N, l.Points(p.Mean.Mean))
	if p.Interval {
		line += ", 95% CI " + l.PointsRange(p.Lo, p.Hi)
	}
	u.println(locale.Plain(oneLine(line)))
}

func scoreText(l *locale.Locale, s *dataset.Score) string {
	if s == nil {
		return "unknown"
	}
	if s.Number() {
		text := fmt.Sprintf("%s %.4f", s.Metric, s.Value)
		if s.Interval {
			text += fmt.Sprintf(", 95%% CI %.4f to %.4f", s.Lo, s.Hi)
		}
		return text
	}
	text := l.Percent(s.Value)
	if s.Number() { // a perplexity, not a share
		text = l.Number(s.Value, 3)
	}
	if s.Correct >= 0 && s.N > 0 {
		text = l.Score(s.Correct, s.N)
	}
	if s.Interval {
		ci := l.PercentRange(s.Lo, s.Hi)
		if s.Number() {
			ci = l.NumberRange(l.Number(s.Lo, 3), l.Number(s.Hi, 3))
		}
		text += ", 95% CI " + ci
	}
	if s.Scorer != nil {
		text += ", by " + scorerText(s.Scorer)
	}
	return locale.Plain(text)
}

// machineComparison is the comparison for machines, without the runs
// themselves.
func machineComparison(c *dataset.Comparison, verdicts []verdict) map[string]any {
	number := func(v float64) any {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil
		}
		return v
	}
	var load, tasks, notices []map[string]any
	for _, m := range c.Load {
		load = append(load, map[string]any{"path": m.Path, "a": number(m.A), "b": number(m.B), "ratio": number(m.Ratio), "relative": number(m.Relative), "better": m.Better})
	}
	for _, t := range c.Tasks {
		row := map[string]any{"task": t.Task, "comparable": t.Comparable, "a": score(t.A), "b": score(t.B)}
		if p := t.Paired; p != nil {
			row["paired"] = map[string]any{
				"n": p.N, "both": p.Both, "neither": p.Neither, "only_a": p.OnlyA, "only_b": p.OnlyB,
				"p": p.P, "p_holm": p.Holm, "family": p.Family, "difference": p.Difference, "ci": []float64{p.Lo, p.Hi},
				"smallest_detectable": p.Detectable, "smallest_detectable_items": p.DetectableItems, "flips": p.Flips,
			}
		}
		if m := t.Means; m != nil {
			row["means"] = meansForMachines(m)
		}
		if x := t.Texts; x != nil {
			row["texts"] = map[string]any{"windows": x.N, "left_out": x.Apart, "tokens": x.Tokens, "ratio": x.Ratio, "ci": []float64{x.Lo, x.Hi}, "ci_known": x.Known}
		}
		if d := t.Unpaired; d != nil {
			row["unpaired"] = map[string]any{"difference": d.Difference, "ci": []float64{d.Lo, d.Hi}}
		}
		tasks = append(tasks, row)
	}
	for _, n := range c.Notices {
		notices = append(notices, map[string]any{"code": n.Code, "severity": n.Severity})
	}
	var pooled []map[string]any
	for _, p := range dataset.Pool(c.Tasks) {
		row := meansForMachines(&p.MeanPair)
		row["tasks"] = p.Tasks
		pooled = append(pooled, row)
	}
	out := map[string]any{
		"pooled": pooled, "a": runIDs(c.RunsA), "b": runIDs(c.RunsB), "comparable": c.Comparable, "as_recorded": c.AsRecorded,
		"protocol": c.Protocol, "arguments": c.Arguments, "environment": c.Environment,
		"load": load, "tasks": tasks, "notices": notices,
	}
	if verdicts != nil {
		out["rules"] = verdicts
	}
	return out
}

func meansForMachines(m *dataset.MeanPair) map[string]any {
	row := map[string]any{"n": m.N, "units": m.Units, "repeats": m.Repeats, "difference": m.Mean.Mean}
	if m.Interval {
		row["ci"], row["p"], row["p_holm"], row["family"] = []float64{m.Lo, m.Hi}, m.P, m.Holm, m.Family
	}
	return row
}

func score(s *dataset.Score) any {
	if s == nil {
		return nil
	}
	var scorer any
	if s.Scorer != nil {
		scorer = scorerText(s.Scorer)
	}
	var correct any
	if s.Correct >= 0 {
		correct = s.Correct
	}
	return map[string]any{"correct": correct, "n": s.N, "of": s.Of, "value": s.Value, "scorer": scorer}
}

// scorerText is a rule with its version; an import may know none.
func scorerText(s *artifact.Scorer) string {
	if s.Version == "" {
		return s.Name
	}
	return s.Name + " v" + s.Version
}
