package chart

import (
	"strings"
	"testing"

	"benchsite/render/page"
)

// TestOutcomeStack draws the five parts of a row, those alone that have items,
// with counts inside the wide ones, and nothing outside the drawing.
func TestOutcomeStack(t *testing.T) {
	count := func(n float64, text string) page.ChartPoint { return page.ChartPoint{Value: n, Text: text} }
	c := page.Chart{ID: "stack", Kind: page.ChartOutcomes, Panels: []page.ChartPanel{{Series: []page.ChartSeries{
		{Name: "BF16", Slot: page.SlotBF16, Points: []page.ChartPoint{count(30, "30"), count(6, "6"), count(2, "2"), count(1, "1"), count(1, "1")}},
		{Name: "NVFP4", Slot: page.SlotNVFP4, Points: []page.ChartPoint{count(40, "40"), count(0, "0"), count(0, "0"), {Missing: true}, {Missing: true}}},
	}}}}
	for _, word := range []string{"correct", "wrong", "unparsed", "truncated", "error"} {
		c.Key = append(c.Key, page.ChartKey{Text: word})
	}
	for _, w := range []Width{Wide, Narrow} {
		s := string(SVG(c, w))
		if strings.Count(s, `class="fb"`) != 1 || strings.Count(s, `class="fn"`) != 1 || strings.Count(s, `class="fb sb"`) != 1 || strings.Count(s, `class="fn sn"`) != 0 {
			t.Errorf("%d: parts in the colours of the subjects: %s", w, s)
		}
		for _, word := range []string{">correct<", ">error<", ">30<", ">40<", ">BF16<", ">NVFP4<"} {
			if !strings.Contains(s, word) {
				t.Errorf("%d: %s is missing", w, word)
			}
		}
		p, _ := draw(c, w)
		for _, b := range p.boxes {
			if b.x0 < -1 || b.x1 > p.w+1 || b.y1 > p.h+1 {
				t.Errorf("%d: a text stands outside: %+v of %v × %v", w, b, p.w, p.h)
			}
		}
	}
	if o, err := Options(c); o != nil || err != nil {
		t.Errorf("a stack has no interactive twin: %s %v", o, err)
	}
}
