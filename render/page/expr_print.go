package page

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"benchsite/collect/artifact"
	"benchsite/render/dataset"
)

// figures are what expressions ask; *dataset.Report has them.
type figures interface {
	Value(args ...string) (dataset.Value, error)
	Ratio(a, b, path string) (dataset.Value, error)
	Diff(a, b, path string) (dataset.Value, error)
}

// withUnit is the last argument of a value that prints its unit too.
const withUnit = "unit"

// printBody prints the figures of a parsed body. What comes back is text and
// blocks by turns. A figure that is missing is an *artifact.Fault with file and
// line: a sentence with a hole in it must not be published.
func (e *Edition) printBody(file string, pieces []piece, from figures) ([]piece, error) {
	var out []piece
	var text strings.Builder
	flush := func() {
		if text.Len() > 0 {
			out = append(out, piece{text: text.String()})
			text.Reset()
		}
	}
	printed := 0
	for i, p := range pieces {
		switch {
		case p.call == nil:
			s := p.text
			if i > 0 && pieces[i-1].call != nil {
				s = measured(s)
			}
			text.WriteString(s)
			printed += len(s)
		case expressions[p.call.name].block:
			flush()
			out = append(out, p)
		default:
			s, err := e.printCall(p.call, from, text.String())
			if err != nil {
				return nil, &artifact.Fault{File: file, Line: p.call.line, Message: fmt.Sprintf("{{%s}}: %v", p.call, err)}
			}
			text.WriteString(s)
			printed += len(s)
		}
		if printed > maxPrinted {
			return nil, &artifact.Fault{File: file, Message: fmt.Sprintf("prints more than %d bytes", maxPrinted)}
		}
	}
	flush()
	return out, nil
}

// measureWords follow a number in Chinese and stay on its line.
const measureWords = "题个道次条项倍份张台"

// measured glues a measure word to the number before it.
func measured(s string) string {
	rest, ok := strings.CutPrefix(s, " ")
	if !ok {
		return s
	}
	if r, _ := utf8.DecodeRuneInString(rest); strings.ContainsRune(measureWords, r) {
		return "\u00a0" + rest
	}
	return s
}

// String writes the call as it stands in the body, for messages.
func (c *call) String() string {
	parts := []string{c.name}
	for _, a := range c.args {
		parts = append(parts, fmt.Sprintf("%q", a))
	}
	return strings.Join(parts, " ")
}

func (e *Edition) printCall(c *call, from figures, before string) (string, error) {
	switch c.name {
	case "ratio":
		v, err := from.Ratio(c.args[0], c.args[1], c.args[2])
		if err != nil {
			return "", err
		}
		return e.L.RatioProse(v.Num), nil
	case "diff":
		v, err := from.Diff(c.args[0], c.args[1], c.args[2])
		if err != nil {
			return "", err
		}
		return e.printDiff(v), nil
	}
	args, unit := c.args, false
	if n := len(args); n > 1 && args[n-1] == withUnit {
		args, unit = args[:n-1], true
	}
	v, err := from.Value(args...)
	if err != nil {
		return "", err
	}
	return e.printValue(v, args[len(args)-1], unit, before)
}

// printDiff prints a difference as running text: shares in percentage points,
// counts with their sign, everything else as a relative change in words.
func (e *Edition) printDiff(v dataset.Value) string {
	switch v.Kind {
	case dataset.KindPoints:
		return e.L.Points(v.Num)
	case dataset.KindCount, dataset.KindTokens:
		return e.L.Signed(v.Num, 0)
	}
	return e.L.RelProse(v.Num)
}

// printValue prints a figure: the number alone, or with its unit. Percentages
// always carry their sign. Times and sizes choose their unit by the size of the
// value, so without it their number could say something else after a rerun.
func (e *Edition) printValue(v dataset.Value, path string, unit bool, before string) (string, error) {
	l := e.L
	switch v.Kind {
	case dataset.KindText, dataset.KindDate:
		return e.printText(v, before), nil
	case dataset.KindSeconds, dataset.KindBytes:
		if !unit {
			return "", errors.New(`needs its unit, which depends on the value: add "unit"`)
		}
	case dataset.KindP:
		if !unit {
			return l.PNumber(v.Num), nil
		}
		return strings.ReplaceAll(l.PValue(v.Num), " ", "\u00a0"), nil
	case dataset.KindPoints:
		size := strings.HasSuffix(path, ".mde") // the smallest detectable difference has no direction
		switch {
		case size && unit:
			return strings.TrimPrefix(l.Points(v.Num), "+"), nil
		case size:
			return l.PointsSize(v.Num), nil
		case !unit:
			return l.PointsNumber(v.Num), nil
		}
	case dataset.KindRatio:
		if unit {
			return l.RatioProse(v.Num), nil
		}
		return l.RatioNumber(v.Num), nil
	case dataset.KindRelative:
		if unit {
			return l.RelProse(v.Num), nil
		}
		return l.RelChange(v.Num), nil
	case dataset.KindTokens:
		if unit {
			return l.Counted(v.Int(), "token"), nil
		}
	case dataset.KindCount:
		return e.countOf(v.Num), nil
	}
	if unit {
		return e.value(v), nil
	}
	switch v.Kind {
	case dataset.KindThroughput:
		return l.Throughput(v.Num).Number, nil
	case dataset.KindRate:
		return l.Rate(v.Num).Number, nil
	case dataset.KindTokenSeconds:
		return l.Millis(v.Num).Number, nil
	case dataset.KindGiB:
		return l.GiB(v.Num).Number, nil
	case dataset.KindGB, dataset.KindJoules:
		return l.Number(v.Num, 0), nil
	case dataset.KindWatts:
		return l.Number(v.Num, 1), nil
	}
	return e.value(v), nil
}

// countOf prints a count; a median of counts may lie between two of them.
func (e *Edition) countOf(v float64) string {
	if v != math.Trunc(v) {
		return e.L.Number(v, 1)
	}
	return e.L.Count(int(v))
}

// printText prints a word out of the data into Markdown. It may come from a
// stranger's file, so nothing of it may become markup: in running text its
// marks are escaped, in code it cannot end the code.
func (e *Edition) printText(v dataset.Value, before string) string {
	s := v.Text
	if v.Kind == dataset.KindDate {
		s = e.L.DateProse(s)
	}
	s = strings.Join(strings.Fields(Cut(s, CutValue)), " ")
	if insideCode(before) {
		return strings.ReplaceAll(s, "`", "'")
	}
	return plainMarkdown(s)
}

// insideCode reports whether text that follows before stands in a code block
// or a code span.
func insideCode(before string) bool {
	fenced := false
	var paragraph strings.Builder
	for line := range strings.Lines(before) {
		switch {
		case strings.HasPrefix(strings.TrimSpace(line), "```"):
			fenced = !fenced
			paragraph.Reset()
		case strings.TrimSpace(line) == "":
			paragraph.Reset()
		default:
			paragraph.WriteString(line)
		}
	}
	return fenced || strings.Count(paragraph.String(), "`")%2 == 1
}

// plainMarkdown escapes what Markdown could take for markup.
func plainMarkdown(s string) string {
	var b strings.Builder
	for i, r := range s {
		switch {
		case strings.ContainsRune("\\`*_[]<>|~$&#{}!", r), i == 0 && strings.ContainsRune("-+=.)", r):
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
