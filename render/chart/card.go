package chart

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	imagedraw "image/draw"
	"image/png"
	"strconv"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"benchsite/render/page"
)

// Size of a card in pixels, the one that link previews ask for.
const (
	CardWidth  = 1200
	CardHeight = 630
)

// cardRows is how many series a card shows.
const cardRows = 6

// Card draws a chart of rows, one value each, as a picture for link previews:
// those show PNG, and SVG almost nowhere. Its letters are the Go fonts, which hold
// no Han: a text that they cannot write is left out, and the preview's own title
// says it. The same chart gives the same bytes.
func Card(c page.Chart, site string) ([]byte, error) {
	faces, err := cardFaces()
	if err != nil {
		return nil, err
	}
	d := &card{Paletted: image.NewPaletted(image.Rect(0, 0, CardWidth, CardHeight), cardPalette()), faces: faces}
	d.fill(0, 0, CardWidth, CardHeight, "bg")
	d.fill(80, 72, CardWidth-160, 6, "ink")
	d.text(80, 130, faces.small, "ink", left, site)
	var rows []page.ChartSeries
	for _, p := range c.Panels {
		for _, s := range p.Series {
			if len(s.Points) == 1 && !s.Points[0].Missing && len(rows) < cardRows {
				rows = append(rows, s)
			}
		}
	}
	d.rows(rows, c.Kind == page.ChartAccuracy)
	d.text(80, CardHeight-56, faces.small, "muted", left, c.Title)
	var buf bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&buf, d.Paletted); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

// rows draws name, bar and value of each series; dots puts a mark and its
// interval on a scale from 0 to 1 instead of a bar.
func (d *card) rows(rows []page.ChartSeries, dots bool) {
	if len(rows) == 0 {
		return
	}
	const top, bottom, nameWidth, valueWidth = 170, 540, 380, 190
	x0, x1 := 80+nameWidth, CardWidth-80-valueWidth
	most := 1.0
	if !dots {
		most = 0
		for _, s := range rows {
			most = max(most, s.Points[0].Value)
		}
	}
	if most <= 0 {
		most = 1
	}
	at := func(v float64) int { return x0 + int(float64(x1-x0)*min(max(v/most, 0), 1)+.5) }
	step := min((bottom-top)/len(rows), 120)
	y := top + (bottom-top-step*len(rows))/2
	for _, s := range rows {
		pt, mid := s.Points[0], y+step/2
		slot := string(s.Slot)
		d.text(80, mid+14, d.faces.bold, "ink", left, d.fit(d.faces.bold, s.Name, nameWidth-24))
		if dots {
			d.fill(x0, mid-1, x1-x0, 2, "rule")
			if pt.Interval {
				d.fill(at(pt.Lo), mid-3, at(pt.Hi)-at(pt.Lo), 6, slot)
			}
			d.fill(at(pt.Value)-11, mid-11, 22, 22, slot)
		} else {
			thick := min(step-24, 56)
			d.fill(x0, mid-thick/2, at(pt.Value)-x0, thick, slot)
			d.fill(x0-2, mid-step/2, 2, step, "ink")
		}
		d.text(CardWidth-80, mid+14, d.faces.bold, "ink", right, pt.Text)
		y += step
	}
}

// card is a picture with the means to draw on it.
type card struct {
	*image.Paletted
	faces faces
}

type faces struct {
	bold, small face
}

type face struct {
	font *opentype.Font
	face font.Face
}

// cardFaces are read once; drawing with one is not safe for two at a time, so
// each card gets faces of its own over the shared fonts.
func cardFaces() (faces, error) {
	fonts, err := cardFonts()
	if err != nil {
		return faces{}, err
	}
	var out faces
	for _, f := range []struct {
		to   *face
		font *opentype.Font
		size float64
	}{{&out.bold, fonts[0], 40}, {&out.small, fonts[1], 32}} {
		drawn, err := opentype.NewFace(f.font, &opentype.FaceOptions{Size: f.size, DPI: 72, Hinting: font.HintingFull})
		if err != nil {
			return faces{}, err
		}
		*f.to = face{f.font, drawn}
	}
	return out, nil
}

var cardFonts = sync.OnceValues(func() (out [2]*opentype.Font, err error) {
	for i, data := range [][]byte{gobold.TTF, goregular.TTF} {
		if out[i], err = opentype.Parse(data); err != nil {
			return out, fmt.Errorf("BUG: a built-in font does not parse: %w", err)
		}
	}
	return out, nil
})

// cardPalette holds the light colours and the steps between ink and ground that
// the edges of letters need: few enough for a picture of one byte a pixel.
func cardPalette() color.Palette {
	var p color.Palette
	for _, c := range Palette {
		p = append(p, rgbOf(c.Light))
	}
	ground := rgbOf(named("bg"))
	for _, name := range []string{"ink", "muted"} {
		c := rgbOf(named(name))
		for i := 1; i < 16; i++ {
			mix := func(a, b uint8) uint8 { return uint8((int(a)*i + int(b)*(16-i)) / 16) }
			p = append(p, color.RGBA{mix(c.R, ground.R), mix(c.G, ground.G), mix(c.B, ground.B), 255})
		}
	}
	return p
}

func named(name string) string {
	for _, c := range Palette {
		if c.Var == name {
			return c.Light
		}
	}
	return named("muted")
}

func rgbOf(hex string) color.RGBA {
	n, err := strconv.ParseUint(hex[1:], 16, 32)
	if err != nil {
		panic("BUG: " + hex + " is no colour")
	}
	return color.RGBA{uint8(n >> 16), uint8(n >> 8), uint8(n), 255}
}

func (d *card) fill(x, y, w, h int, colour string) {
	imagedraw.Draw(d.Paletted, image.Rect(x, y, x+w, y+h), image.NewUniform(rgbOf(named(colour))), image.Point{}, imagedraw.Src)
}

// Sides to which a text is aligned.
const (
	left = iota
	right
)

func (d *card) text(x, y int, f face, colour string, side int, s string) {
	s = latin(f, d.fit(f, s, CardWidth-160))
	if side == right {
		x -= font.MeasureString(f.face, s).Round()
	}
	drawer := font.Drawer{Dst: d.Paletted, Src: image.NewUniform(rgbOf(named(colour))), Face: f.face, Dot: fixed.P(x, y)}
	drawer.DrawString(s)
}

// latin is the text when the font can write all of it, else nothing: half a
// sentence would say something else.
func latin(f face, s string) string {
	for _, r := range s {
		if i, err := f.font.GlyphIndex(nil, r); err != nil || i == 0 {
			return ""
		}
	}
	return s
}

// fit shortens a text to a width.
func (d *card) fit(f face, s string, width int) string {
	runes := []rune(s)
	for n := len(runes); n > 0; n-- {
		cut := s
		if n < len(runes) {
			cut = string(runes[:n]) + "…"
		}
		if font.MeasureString(f.face, cut).Ceil() <= width {
			return cut
		}
	}
	return ""
}
