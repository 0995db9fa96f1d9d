package main

import (
	"math"
	"strings"

	"benchsite/render/dataset"
	"benchsite/render/locale"
)

// printMarkdown writes a comparison for a pull request or a job summary: the same
// words and figures as the text, conditions first.
func printMarkdown(u *ui, c *dataset.Comparison) {
	l := english()
	u.printf("### %s → %s\n\n", mdText(c.A.Subject.Name), mdText(c.B.Subject.Name))
	u.println("|  | run | date | repeats |\n|---|---|---|---:|")
	for _, side := range []struct {
		name string
		runs []*dataset.Run
	}{{"A", c.RunsA}, {"B", c.RunsB}} {
		u.printf("| %s | %s | %s | %d |\n", side.name, mdCode(side.runs[0].ID), side.runs[0].Day, len(side.runs))
	}
	u.println("")
	for _, f := range []struct {
		head   string
		fields []dataset.Field
	}{{"Protocol", c.Protocol}, {"Server arguments", c.Arguments}, {"Environment", c.Environment}} {
		u.printf("- %s: %s\n", f.head, mdText(fieldsText(l, f.fields)))
	}
	if !c.Comparable {
		u.println("\n**Not comparable**: the runs are shown side by side and not ranked.")
	}
	if len(c.Load) > 0 {
		u.println("\n| metric | A | B | B / A | change | test |\n|---|---:|---:|---:|---:|---|")
	}
	for _, m := range c.Load {
		ratio, change, test := "–", "–", "–"
		if !math.IsNaN(m.Ratio) {
			ratio, change = l.Ratio(m.Ratio), l.RelChange(m.Relative)
		}
		if m.Tested {
			test = "Mann-Whitney " + l.PValue(m.P)
		}
		u.printf("| %s | %s | %s | %s | %s | %s |\n", mdText(metricName(l, m)), mdText(figure(l, m.Kind, m.A)), mdText(figure(l, m.Kind, m.B)), mdText(ratio), mdText(change), mdText(test))
	}
	for _, t := range c.Tasks {
		u.printf("\n**%s**: A %s, B %s\n\n", mdText(taskName(l, t)), mdText(scoreText(l, t.A)), mdText(scoreText(l, t.B)))
		for _, line := range taskLines(l, t) {
			u.printf("- %s\n", mdText(strings.TrimSpace(line)))
		}
	}
	if len(c.Notices) > 0 {
		u.println("")
	}
	for _, n := range c.Notices {
		words := l.Notice(n.Code, n.Slots)
		u.printf("- **%s** %s (%s): %s %s\n", strings.ToUpper(string(n.Severity)), mdText(words.Title), mdCode(n.Code), mdText(words.Means), mdText(words.Todo))
	}
}

// mdText keeps text from outside from being read as Markdown or HTML.
func mdText(s string) string {
	return mdSigns.Replace(oneLine(locale.Plain(s)))
}

var mdSigns = strings.NewReplacer(`\`, `\\`, "|", `\|`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", "&lt;", ">", "&gt;", "&", "&amp;", "#", `\#`, "~", `\~`, "@", "@\u200b", "$", `\$`)

// mdCode is a code span, also of a table.
func mdCode(s string) string {
	return "`" + strings.NewReplacer("`", "'", "|", `\|`).Replace(oneLine(s)) + "`"
}
