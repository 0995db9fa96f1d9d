package chart

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"math"
	"strings"
	"testing"

	"benchsite/render/page"
)

var hostile = []string{
	`</script><img src=x onerror=alert(1)>`, `"><svg onload=alert(1)>`, `__f__alert(1)__f__`, `__f__f__`, "a\x00b\x1b[31m", "\u202eevil\u202c", "עברית 123", "\xff\xfe",
	`{a|b} {b} ${x}`, `$ink`, "]]>", "&amp;", "e\u0301\u0301\u0301\u0301\u0301\u0301", strings.Repeat("长", 10000), strings.Repeat("x", 10000), "\u2028\u2029", "<!--", "line\nbreak", "'", "formatter",
}

// poison puts s into every string of a chart.
func poison(c page.Chart, s string) page.Chart {
	c.ID, c.Title, c.Desc, c.Lang, c.Sub, c.Note = s, s, s, s, s, s
	if c.Example != "" {
		c.Example = s
	}
	for i := range c.Key {
		c.Key[i].Text = s
	}
	for i := range c.Panels {
		p := &c.Panels[i]
		p.Title, p.Sub, p.Aside, p.AsideHead, p.Below, p.Above = s, s, s, s, s, s
		p.X.Label, p.X.Unit, p.Y.Label, p.Y.Unit = s, s, s, s
		p.X.Format = page.TickFormat(s)
		for j := range p.Heads {
			p.Heads[j] = s
		}
		if p.Ref != nil {
			p.Ref.Label, p.Ref.Slot = s, page.ChartSlot(s)
		}
		if p.Band != nil {
			p.Band.Label = s
		}
		for j := range p.Events {
			p.Events[j].Label = s
		}
		for j := range p.Series {
			se := &p.Series[j]
			se.Name, se.Label, se.Slot, se.Mark = s, s, page.ChartSlot(s), page.ChartMark(s)
			for k := range se.Points {
				pt := &se.Points[k]
				pt.Label, pt.Text, pt.Note, pt.Range, pt.Tip = s, s, s, s, s
				for l := range pt.Cells {
					pt.Cells[l] = s
				}
			}
		}
	}
	return c
}

// TestHostileStrings: whatever a string holds, drawings stay well formed and inside their box, and nothing of it becomes markup.
func TestHostileStrings(t *testing.T) {
	for kind := range uint64(10) {
		seed := 2*kind + kind%2
		for _, s := range hostile {
			c := poison(random(seed), s)
			for _, w := range []Width{Wide, Narrow, Mini} {
				svg := SVG(c, w)
				if svg == nil {
					continue
				}
				check(t, string(c.Kind)+" "+s[:min(len(s), 12)], parse(t, svg))
				safeXML(t, svg)
				safeXML(t, File(c, w))
			}
			safeOptions(t, c)
			if t.Failed() {
				t.Fatalf("kind %s, string %.40q", c.Kind, s)
			}
		}
	}
}

// safeXML allows only the elements that we draw, no handlers and no references to outside.
func safeXML(t *testing.T, svg []byte) {
	t.Helper()
	allowed := map[string]bool{"svg": true, "title": true, "desc": true, "g": true, "text": true, "tspan": true, "line": true, "rect": true, "circle": true, "path": true, "defs": true, "pattern": true, "style": true}
	dec := xml.NewDecoder(bytes.NewReader(svg))
	for {
		tok, err := dec.Token()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatalf("not well formed: %v", err)
		}
		switch e := tok.(type) {
		case xml.StartElement:
			if !allowed[e.Name.Local] {
				t.Errorf("element %s", e.Name.Local)
			}
			for _, a := range e.Attr {
				if strings.HasPrefix(a.Name.Local, "on") || a.Name.Local == "href" || a.Name.Local == "style" {
					t.Errorf("attribute %s", a.Name.Local)
				}
			}
		case xml.CharData:
			for _, r := range string(e) {
				if bidiControl(r) || r < ' ' && r != '\n' {
					t.Errorf("control character %U in a drawing", r)
				}
			}
		}
	}
}

func safeOptions(t *testing.T, c page.Chart) {
	t.Helper()
	o, err := Options(c)
	if err != nil {
		t.Fatal(err)
	}
	if !json.Valid(o) && o != nil {
		t.Errorf("options are no JSON")
	}
	for _, bad := range []string{"<", ">", "&", "__f__", "\u2028", "\u2029"} {
		if bytes.Contains(o, []byte(bad)) {
			t.Errorf("options hold %q", bad)
		}
	}
}

func TestOddValues(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, kind := range allKinds {
		for _, v := range []float64{0, -1, 1e300, -1e300, 5e-324, inf, -inf, nan, 1e9, 1e-12} {
			for _, other := range []float64{0, 1, v} {
				s := func(x, y float64) page.ChartSeries {
					return page.ChartSeries{Name: "A", Points: []page.ChartPoint{{X: x, Value: y, Text: "1", Interval: true, Lo: y - 1, Hi: y * 2}, {X: x * 2, Value: y, Text: "2"}}}
				}
				p := page.ChartPanel{Series: []page.ChartSeries{s(v, other), s(other, v), {Name: "no points"}}, Band: &page.ChartBand{Lo: v, Hi: other}, Ref: &page.ChartRef{Value: v}}
				for _, log := range []bool{false, true} {
					p.X.Log, p.Y.Log = log, log
					c := page.Chart{ID: "x", Kind: kind, Panels: []page.ChartPanel{p, p}}
					for _, w := range []Width{Wide, Narrow, Mini} {
						svg := SVG(c, w)
						if bytes.Contains(svg, []byte("NaN")) || bytes.Contains(svg, []byte("Inf")) {
							t.Fatalf("%s, %v and %v, log %v: %s", kind, v, other, log, svg)
						}
					}
					if _, err := Options(c); err != nil {
						t.Fatalf("%s, %v and %v, log %v: %v", kind, v, other, log, err)
					}
				}
			}
		}
	}
}

func FuzzDrawing(f *testing.F) {
	for i, s := range hostile {
		f.Add(uint64(i), s[:min(len(s), 200)])
	}
	f.Fuzz(func(t *testing.T, seed uint64, s string) {
		c := poison(random(seed%1000), s)
		for _, w := range []Width{Wide, Narrow, Mini} {
			if svg := SVG(c, w); svg != nil {
				safeXML(t, svg)
				check(t, "fuzz", parse(t, svg))
			}
		}
		safeOptions(t, c)
	})
}
