// Package chart draws a page.Chart: as a static SVG, and as options for the interactive twin.
//
// Both drawings come from one layout. A drawing function places everything for one width and returns its Frames (plot areas,
// domains, ticks); SVG keeps the bytes, Options keeps the frames, so the two cannot disagree. A chart is laid out anew for each
// width and never scaled. Nothing here formats a number that a reader quotes, except tick values, which look the same in both languages.
//
//	c      page.Chart
//	SVG    inline element: classes and variables of the site's style sheet, follows dark mode and print
//	File   the same drawing as a file of its own, with both colour schemes inside
//	Options, CSV, Palette
package chart

import "benchsite/render/page"

// Width is a drawing width in px.
type Width int

const (
	Wide   Width = 608 // the text column
	Narrow Width = 350 // a phone
	Mini   Width = 304 // beside a finding on the overview: first panel only, no heads
)

// Frame is the plot area of one panel, in px of the drawing, with the scales that both drawings use.
type Frame struct {
	Panel          int // index into page.Chart.Panels
	X0, Y0, X1, Y1 float64
	X, Y           Scale     // Y is the zero Scale in row charts
	XTicks, YTicks []Tick    // nil where the axis has no labels
	Rows           []float64 // row charts: the centre of each series' row
	Bar            float64   // row charts: thickness of a bar, 0 where values are marks
	Step           float64   // row charts: px between the points of one row
}

// Frames lays c out for width w and returns its plot areas and the height of the drawing; nil for an empty chart.
func Frames(c page.Chart, w Width) ([]Frame, float64) {
	p, frames := draw(c, w)
	if p == nil {
		return nil, 0
	}
	return frames, p.h
}

// Drawing is a chart with its drawings, each made once: a page shows the same ones inline, as files and as options. It is for one
// goroutine.
type Drawing struct {
	c     page.Chart
	drawn map[Width]drawn
}

type drawn struct {
	p      *pen // nil when there is nothing to draw
	frames []Frame
}

// Draw begins the drawings of c.
func Draw(c page.Chart) *Drawing { return &Drawing{c: c, drawn: map[Width]drawn{}} }

func (d *Drawing) at(w Width) drawn {
	made, ok := d.drawn[w]
	if !ok {
		made.p, made.frames = draw(d.c, w)
		d.drawn[w] = made
	}
	return made
}

// draw lays out and draws; nil when there is nothing to draw.
func draw(c page.Chart, w Width) (*pen, []Frame) {
	c = prepare(c)
	if c.Empty() {
		return nil, nil
	}
	p := newPen(c, w)
	if w == Mini {
		return p, drawMini(p, c)
	}
	return p, drawKind(p, c)
}

func drawKind(p *pen, c page.Chart) []Frame {
	switch c.Kind {
	case page.ChartGlance:
		return drawGlance(p, c)
	case page.ChartLatency:
		return drawLatency(p, c)
	case page.ChartSweep:
		return drawSweep(p, c)
	case page.ChartTimeline:
		return drawTimeline(p, c)
	case page.ChartAccuracy:
		return drawAccuracy(p, c)
	case page.ChartRelative:
		return drawRelative(p, c)
	case page.ChartForest:
		return drawForest(p, c)
	case page.ChartHistory:
		return drawHistory(p, c)
	case page.ChartCompare:
		return drawCompare(p, c)
	case page.ChartItems:
		return drawItems(p, c)
	case page.ChartOutcomes:
		return drawOutcomes(p, c)
	}
	return drawBars(p, c)
}
