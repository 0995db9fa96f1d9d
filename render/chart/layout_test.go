package chart

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"

	"benchsite/render/page"
)

// drawnText is a text element as a browser would place it.
type drawnText struct {
	text string
	box  box
}

// drawing is what the tests read back from the bytes of a drawing.
type drawing struct {
	w, h    float64
	texts   []drawnText
	classes map[string]bool
	ids     map[string]int
	marks   int // groups of class mark
	tips    int // those with a title
}

func attrs(e xml.StartElement) map[string]string {
	m := map[string]string{}
	for _, a := range e.Attr {
		m[a.Name.Local] = a.Value
	}
	return m
}

// parse reads a drawing; it fails on XML that is not well formed.
func parse(t *testing.T, svg []byte) drawing {
	t.Helper()
	d := drawing{classes: map[string]bool{}, ids: map[string]int{}}
	dec := xml.NewDecoder(bytes.NewReader(svg))
	var cur *drawnText
	var x, y, width, size float64
	var anchor string
	var outer, inner style
	inTitle, inMark := false, false
	for {
		tok, err := dec.Token()
		if err == io.EOF {
			return d
		}
		if err != nil {
			t.Fatalf("drawing is not well formed: %v\n%s", err, svg)
		}
		switch e := tok.(type) {
		case xml.StartElement:
			a := attrs(e)
			for _, c := range strings.Fields(a["class"]) {
				d.classes[c] = true
			}
			if a["id"] != "" {
				d.ids[a["id"]]++
			}
			switch e.Name.Local {
			case "svg":
				f := strings.Fields(a["viewBox"])
				d.w, _ = strconv.ParseFloat(f[2], 64)
				d.h, _ = strconv.ParseFloat(f[3], 64)
			case "g":
				if inMark = a["class"] == "mark"; inMark {
					d.marks++
				}
			case "title":
				inTitle = true
				if inMark {
					d.tips++
					inMark = false
				}
			case "text":
				x, _ = strconv.ParseFloat(a["x"], 64)
				y, _ = strconv.ParseFloat(a["y"], 64)
				anchor, outer, inner, width = a["text-anchor"], style(a["class"]), style(a["class"]), 0
				size, _ = outer.metric()
				cur = &drawnText{}
			case "tspan":
				inner = style(a["class"])
				dx, _ := strconv.ParseFloat(a["dx"], 64)
				width += dx
			}
		case xml.CharData:
			if cur != nil && !inTitle {
				cur.text += string(e)
				width += inner.width(string(e))
			}
		case xml.EndElement:
			switch e.Name.Local {
			case "title":
				inTitle = false
			case "tspan":
				inner = outer
			case "text":
				cur.box = place(x, y, width, size, map[string]Anchor{"": start, "middle": middle, "end": end}[anchor])
				d.texts = append(d.texts, *cur)
				cur = nil
			}
		}
	}
}

// Anchor is the test's name for anchor, which the variable above hides.
type Anchor = anchor

// check reports texts that touch each other or leave the drawing, marks without a tooltip, and ids that occur twice.
func check(t *testing.T, name string, d drawing) {
	t.Helper()
	const slack = .15 // positions are written to a tenth of a px
	for i, a := range d.texts {
		if a.box.x0 < -slack || a.box.x1 > d.w+slack || a.box.y0 < -slack || a.box.y1 > d.h+.8 {
			t.Errorf("%s: %q leaves the drawing: %.1f of %v × %v", name, a.text, a.box, d.w, d.h)
		}
		for _, b := range d.texts[i+1:] {
			s := box{b.box.x0 + slack, b.box.y0 + slack, b.box.x1 - slack, b.box.y1 - slack}
			if a.box.overlaps(s) {
				t.Errorf("%s: %q touches %q: %.1f, %.1f", name, a.text, b.text, a.box, b.box)
			}
		}
	}
	if d.marks == 0 || d.tips != d.marks {
		t.Errorf("%s: %d marks, %d of them with a tooltip", name, d.marks, d.tips)
	}
	for id, n := range d.ids {
		if n > 1 {
			t.Errorf("%s: id %q occurs %d times", name, id, n)
		}
	}
}

// TestTextsStandClear draws 300 charts of all kinds, with names of all lengths in both languages, at every width.
func TestTextsStandClear(t *testing.T) {
	for seed := range uint64(300) {
		c := random(seed)
		for _, w := range []Width{Wide, Narrow, Mini} {
			if svg := SVG(c, w); svg != nil {
				check(t, fmt.Sprintf("%s %d at %d", c.Kind, seed, w), parse(t, svg))
			}
		}
		if t.Failed() && seed > 40 {
			break
		}
	}
}

func TestRecordedCharts(t *testing.T) {
	for _, zh := range []bool{true, false} {
		for _, c := range finished(zh) {
			for _, w := range []Width{Wide, Narrow, Mini} {
				d := parse(t, SVG(c, w))
				check(t, fmt.Sprintf("%s at %d", c.ID, w), d)
				if d.w != float64(w) {
					t.Errorf("%s: width %v, want %d", c.ID, d.w, w)
				}
				for _, id := range []string{"t-" + c.ID, "d-" + c.ID} {
					if d.ids[fmt.Sprintf("%s-%d", id, w)] != 1 {
						t.Errorf("%s at %d: no id %s", c.ID, w, id)
					}
				}
			}
		}
	}
}

// TestValuesAreDrawn: what the mock shows must be there in words, whole.
func TestValuesAreDrawn(t *testing.T) {
	want := map[string][]string{
		"throughput": {"606.471.88×", "322.09基线", "tokens/s", "输入吞吐量含前缀缓存命中"},
		"latency":    {"12.71 s", "p95 +174", "p50"},
		"relative":   {"BF16 = 1×", "1×", "越低越好"},
		"accuracy":   {"重新评分值", "原公布值", "100%"},
		"paired":     {"±19.1 以内的差异容易漏检", "← 基线更高", "前者更高 →", "差值，个百分点"},
		"sweep":      {"c = 4", "512", "首 token 延迟（TTFT），s，对数轴"},
		"trend":      {"示例，非实测", "推理引擎 A → B", "变点：+7.6%"},
		"compare":    {"1.34×", "348.01tokens/s"},
	}
	for _, c := range finished(true) {
		for _, w := range []Width{Wide, Narrow} {
			all := map[string]bool{}
			for _, x := range parse(t, SVG(c, w)).texts {
				all[x.text] = true
			}
			for _, s := range want[c.ID] {
				if !all[s] {
					t.Errorf("%s at %d: %q is not drawn", c.ID, w, s)
				}
			}
		}
	}
}

func TestShortenedTextKeepsTheWhole(t *testing.T) {
	long := strings.Repeat("very long name ", 20)
	c := page.Chart{ID: "x", Kind: page.ChartBars, Panels: []page.ChartPanel{{Series: []page.ChartSeries{{Name: long, Points: []page.ChartPoint{{Value: 1, Text: "1"}}}}}}}
	svg := string(SVG(c, Wide))
	if !strings.Contains(svg, "<title>"+long+"</title>") || !strings.Contains(svg, "…</text>") {
		t.Errorf("long name: %s", svg)
	}
}

func TestEmptyChartIsNotDrawn(t *testing.T) {
	missing := page.Chart{ID: "x", Kind: page.ChartBars, Panels: []page.ChartPanel{{Series: []page.ChartSeries{{Name: "A", Points: []page.ChartPoint{{Missing: true, Text: "—"}}}}}}}
	for _, c := range []page.Chart{{ID: "none"}, {ID: "panel", Panels: []page.ChartPanel{{Title: "x"}}}, missing} {
		if svg := SVG(c, Wide); svg != nil {
			t.Errorf("%s: drawn: %s", c.ID, svg)
		}
		if o, err := Options(c); o != nil || err != nil {
			t.Errorf("%s: options %s, %v", c.ID, o, err)
		}
		if f := File(c, Wide); f != nil {
			t.Errorf("%s: file %s", c.ID, f)
		}
	}
}

func TestDeterministic(t *testing.T) {
	for seed := range uint64(40) {
		a, b := random(seed), random(seed)
		if !bytes.Equal(SVG(a, Wide), SVG(b, Wide)) || !bytes.Equal(File(a, Narrow), File(b, Narrow)) {
			t.Errorf("seed %d: two drawings of equal charts differ", seed)
		}
		x, _ := Options(a)
		y, _ := Options(b)
		if !bytes.Equal(x, y) {
			t.Errorf("seed %d: two options of equal charts differ", seed)
		}
	}
}

// TestDrawingDoesNotChangeItsInput: one chart is drawn several times and its strings are used by the page.
func TestDrawingDoesNotChangeItsInput(t *testing.T) {
	c := random(4)
	c.Panels[0].Series[0].Name = "a\u202eb"
	before := fmt.Sprintf("%+v", c.Panels[0].Series)
	SVG(c, Wide)
	Options(c)
	if after := fmt.Sprintf("%+v", c.Panels[0].Series); after != before {
		t.Errorf("series changed:\n%s\n%s", before, after)
	}
}
