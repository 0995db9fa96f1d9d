package chart

import (
	"bytes"
	"encoding/csv"
	"math"
	"strconv"
	"strings"

	"benchsite/render/page"
)

// CSV is the table of c as RFC 4180 with LF line ends: machine names in the first row, then raw values in base units. Numbers are the
// shortest decimal that reads back as the same float64; NaN and infinities are empty. A text that a spreadsheet would run as a formula
// (it begins with = + - @, a tab or a carriage return) gets an apostrophe in front.
func CSV(c page.Chart) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b) // writes to memory: no error can occur
	head := make([]string, len(c.Table.RawHead))
	for i, h := range c.Table.RawHead {
		head[i] = guard(h)
	}
	if len(head) > 0 {
		w.Write(head)
	}
	for _, row := range c.Table.Raw {
		rec := make([]string, len(row))
		for i, cell := range row {
			rec[i] = rawCell(cell)
		}
		w.Write(rec)
	}
	w.Flush()
	return b.Bytes()
}

func rawCell(c page.ChartRaw) string {
	if !c.IsNumber {
		return guard(c.Text)
	}
	if math.IsNaN(c.Number) || math.IsInf(c.Number, 0) {
		return ""
	}
	if a := math.Abs(c.Number); a == 0 || a >= 1e-6 && a < 1e15 {
		return strconv.FormatFloat(c.Number, 'f', -1, 64)
	}
	return strconv.FormatFloat(c.Number, 'g', -1, 64)
}

// guard also looks behind leading spaces, which spreadsheets strip.
func guard(s string) string {
	s = strings.ReplaceAll(s, "\x00", "")
	if t := strings.TrimLeft(s, " \u00a0\ufeff"); t != "" && strings.ContainsRune("=+-@\t\r\uff1d\uff0b\uff0d\uff20", []rune(t)[0]) {
		return "'" + s
	}
	return s
}
