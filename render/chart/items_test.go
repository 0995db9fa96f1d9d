package chart

import (
	"strings"
	"testing"

	"benchsite/render/page"
)

// TestItemsStrip draws 100 items of two subjects: a square each, hollow where
// it is not correct, a column under the only flip, lines of equal length, and
// nothing outside the drawing.
func TestItemsStrip(t *testing.T) {
	c := page.Chart{ID: "items", Kind: page.ChartItems, Panels: []page.ChartPanel{{Series: []page.ChartSeries{
		{Name: "BF16", Slot: page.SlotBF16}, {Name: "NVFP4", Slot: page.SlotNVFP4},
	}}}}
	for i := range 100 {
		for j := range 2 {
			pt := page.ChartPoint{X: float64(i), Value: 1}
			if i == 19 && j == 1 {
				pt.Hollow = true
			}
			if i == 19 && j == 0 {
				pt.Label = "020"
			}
			c.Panels[0].Series[j].Points = append(c.Panels[0].Series[j].Points, pt)
		}
	}
	for _, w := range []Width{Wide, Narrow} {
		s := string(SVG(c, w))
		if n := strings.Count(s, `class="fn"`) + strings.Count(s, `class="fb"`); n != 199 {
			t.Errorf("%d: %d filled squares, want 199", w, n)
		}
		if n := strings.Count(s, `class="fg sn"`); n != 1 {
			t.Errorf("%d: %d hollow squares, want 1", w, n)
		}
		if strings.Count(s, `class="band"`) != 1 || !strings.Contains(s, ">020<") {
			t.Errorf("%d: the flip has no column or no number", w)
		}
		p, _ := draw(c, w)
		for _, b := range p.boxes {
			if b.x0 < -1 || b.x1 > p.w+1 || b.y1 > p.h+1 {
				t.Errorf("%d: a text stands outside: %+v of %v × %v", w, b, p.w, p.h)
			}
		}
	}
	if o, err := Options(c); o != nil || err != nil {
		t.Errorf("a strip has no interactive twin: %s %v", o, err)
	}
}
