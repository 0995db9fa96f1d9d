package chart

import (
	"strconv"

	"benchsite/render/page"
)

// SVG is the inline drawing of c at width w: an svg element that takes its colours from the page (classes of the style sheet), with
// role, title and description, and a tooltip on every mark. The ids inside are made of the chart's ID and the width. Equal charts give
// equal bytes. nil when there is nothing to draw.
func SVG(c page.Chart, w Width) []byte { return Draw(c).SVG(w) }

// SVG is [SVG] of the chart.
func (d *Drawing) SVG(w Width) []byte {
	p, c := d.at(w).p, d.c
	if p == nil {
		return nil
	}
	out := make([]byte, 0, len(p.b)+1024)
	out = append(out, `<svg viewBox="0 0 `...)
	out = appendSize(out, p)
	return appendBody(out, p, clean(c.Title), clean(c.Desc), "")
}

// fileMargin is the ground round the drawing in a file: viewers show it on any colour.
const fileMargin = 14

// File is the drawing of c as a file of its own: the same picture with its style inside, light and dark, on the site's ground, so that
// it can be read wherever Markdown is shown. nil when there is nothing to draw.
func File(c page.Chart, w Width) []byte { return Draw(c).File(w) }

// File is [File] of the chart.
func (d *Drawing) File(w Width) []byte {
	p, c := d.at(w).p, d.c
	if p == nil {
		return nil
	}
	width, height := strconv.Itoa(int(w)+2*fileMargin), string(appendPx(nil, p.h+2*fileMargin))
	out := make([]byte, 0, len(p.b)+4096)
	out = append(out, `<svg xmlns="http://www.w3.org/2000/svg"`...)
	if c.Lang != "" {
		out = append(out, ` xml:lang="`...)
		out = appendEscaped(out, clean(c.Lang))
		out = append(out, '"')
	}
	out = append(out, ` viewBox="-14 -14 `+width+` `+height+`" width="`+width+`" height="`+height+`"`...)
	out = appendBody(out, p, clean(c.Title), clean(c.Desc), `<style>`+fileCSS(c.Lang)+`</style><rect x="-14" y="-14" width="`+width+`" height="`+height+`" class="fg"/>`)
	return append(out, '\n')
}

func appendSize(out []byte, p *pen) []byte {
	out = strconv.AppendInt(out, int64(p.width), 10)
	out = append(out, ' ')
	out = appendPx(out, p.h)
	out = append(out, `" width="`...)
	out = strconv.AppendInt(out, int64(p.width), 10)
	out = append(out, `" height="`...)
	out = appendPx(out, p.h)
	return append(out, '"')
}

// appendBody closes the start tag and writes name, description, the ground of a file, and marks.
func appendBody(out []byte, p *pen, title, desc, ground string) []byte {
	out = append(out, ` role="img" aria-labelledby="t-`+p.id+` d-`+p.id+`"><title id="t-`+p.id+`">`...)
	out = appendEscaped(out, title)
	out = append(out, `</title><desc id="d-`+p.id+`">`...)
	out = appendEscaped(out, desc)
	out = append(out, `</desc>`...)
	out = append(out, ground...)
	out = append(out, p.b...)
	return append(out, `</svg>`...)
}
