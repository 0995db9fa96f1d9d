package chart

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"testing"

	"benchsite/render/page"
)

func cardChart(names ...string) page.Chart {
	c := page.Chart{Kind: page.ChartBars, Title: "Model, output throughput, tokens/s", Panels: []page.ChartPanel{{}}}
	for i, name := range names {
		v := 100 * float64(i+1)
		c.Panels[0].Series = append(c.Panels[0].Series, page.ChartSeries{
			Name: name, Slot: []page.ChartSlot{"bf16", "fp8", "nvfp4", "s4"}[i%4], Points: []page.ChartPoint{{Value: v, Text: "1,234.56"}},
		})
	}
	return c
}

func picture(t *testing.T, c page.Chart, site string) (image.Image, []byte) {
	t.Helper()
	data, err := Card(c, site)
	if err != nil {
		t.Fatal(err)
	}
	p, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if b := p.Bounds(); b.Dx() != CardWidth || b.Dy() != CardHeight {
		t.Errorf("%v", b)
	}
	return p, data
}

// count is how many pixels of the region have the colour.
func count(p image.Image, r image.Rectangle, want color.RGBA) (n int) {
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			if color.RGBAModel.Convert(p.At(x, y)) == want {
				n++
			}
		}
	}
	return n
}

func TestCardShowsTheValuesInProportion(t *testing.T) {
	p, data := picture(t, cardChart("BF16", "FP8", "NVFP4"), "Site")
	if len(data) > 40_000 {
		t.Errorf("%d bytes", len(data))
	}
	whole := p.Bounds()
	one, two, three := count(p, whole, rgbOf(named("bf16"))), count(p, whole, rgbOf(named("fp8"))), count(p, whole, rgbOf(named("nvfp4")))
	near := func(a, b int) bool { return a > b*9/10 && a < b*11/10 }
	if one == 0 || !near(two, 2*one) || !near(three, 3*one) {
		t.Errorf("areas %d, %d, %d, want 1 : 2 : 3", one, two, three)
	}
	if _, again := picture(t, cardChart("BF16", "FP8", "NVFP4"), "Site"); !bytes.Equal(again, data) {
		t.Error("the same chart gives other bytes")
	}
}

// What the font cannot write is left out, not drawn as boxes; nothing runs over
// the edge or into its neighbour.
func TestCardOfOddNames(t *testing.T) {
	long := "a name that is far longer than the column in which it has to stand on the card"
	ink := rgbOf(named("ink"))
	names := image.Rect(80, 170, 440, 540)
	if p, _ := picture(t, cardChart("测试", "口径"), "站点"); count(p, names, ink) > 0 || count(p, image.Rect(80, 100, 1120, 150), ink) > 0 {
		t.Error("letters that the font does not have were drawn")
	}
	p, _ := picture(t, cardChart(long, long, long, long, long, long, long, long), long+long)
	if count(p, names, ink) == 0 {
		t.Error("no names")
	}
	for _, edge := range []image.Rectangle{image.Rect(0, 0, 78, CardHeight), image.Rect(CardWidth-78, 0, CardWidth, CardHeight), image.Rect(440, 170, 457, 540)} {
		if n := count(p, edge, ink); n > 0 {
			t.Errorf("%d pixels of ink in %v", n, edge)
		}
	}
	for _, c := range []page.Chart{{}, {Panels: []page.ChartPanel{{}}}, cardChart("zero")} {
		if len(c.Panels) > 0 && len(c.Panels[0].Series) > 0 {
			c.Panels[0].Series[0].Points[0].Value = 0
		}
		picture(t, c, "")
	}
}
