package chart

import (
	"strconv"

	"benchsite/render/page"
)

const (
	itemPitch   = 13.75 // px from item to item: 40 of them fill the column
	itemLeast   = 7.5   // below this a square is no longer seen
	itemRow     = 22.0
	tippedItems = 60 // with more items only the flips have tooltips
)

// drawItems: a square per item and subject, filled where it is correct. Items on which the subjects differ stand on a grey column with
// their number below. More items than fit into a line go on in the next. It has no interactive twin: there is nothing to zoom into.
func drawItems(p *pen, c page.Chart) []Frame {
	pn := c.Panels[0]
	n := 0
	for _, s := range pn.Series {
		n = max(n, len(s.Points))
	}
	names := nameColumn(c.Panels, "b", 10, 40, p.w*.3)
	per := int((p.w - names) / itemPitch)
	pitch := itemPitch
	if n > 3*per {
		pitch = max(itemLeast, itemPitch*.65)
		per = int((p.w - names) / pitch)
	}
	if lines := (n + per - 1) / per; lines > 1 {
		per = (n + lines - 1) / lines // lines of equal length
	}
	lineHeight := float64(len(pn.Series))*itemRow + 30
	for from := 0; from < n; from += per {
		y := float64(from/per) * lineHeight
		p.itemLine(pn, names, y, pitch, from, min(from+per, n), n)
	}
	p.h = float64((n+per-1)/per)*lineHeight - 6
	return nil
}

// itemLine draws the items from (inclusive) to (exclusive) in one line that begins at height y.
func (p *pen) itemLine(pn page.ChartPanel, x0, y, pitch float64, from, to, n int) {
	box := pitch - 3
	rows := float64(len(pn.Series))
	at := func(i int) float64 { return x0 + float64(i-from)*pitch }
	flip := func(i int) bool { return i < len(pn.Series[0].Points) && pn.Series[0].Points[i].Label != "" }
	for i := from; i < to; i++ {
		if flip(i) {
			p.rect(at(i)-1.5, y+4, pitch, rows*itemRow+2, "band", "")
		}
	}
	bottom := y + 8 + rows*itemRow + 10
	p.quiet = true
	for i := from; i < to; i++ {
		if flip(i) {
			label := style("b s").fit(pn.Series[0].Points[i].Label, p.w*.2)
			p.try(p.clampX(at(i)+box/2, style("b s").width(label)), bottom, label, "b s", middle)
		}
	}
	for i := from; i < to; i++ {
		if i == 0 || (i+1)%10 == 0 {
			p.try(at(i)+box/2, bottom, strconv.Itoa(i+1), "m s", middle)
		}
	}
	p.quiet = false
	for j, s := range pn.Series {
		top := y + 8 + float64(j)*itemRow
		p.textIn(x0-10, top+box/2+6, s.Name, style("b "+fill(s.Slot)), end, x0-10)
		for i := from; i < min(to, len(s.Points)); i++ {
			pt := s.Points[i]
			tipped := n <= tippedItems || flip(i)
			if tipped {
				p.mark(tipOf(s, pt))
			}
			switch {
			case pt.Missing:
			case pt.Hollow:
				p.rect(at(i)+.5, top+3.5, box-1, box-1, "fg "+stroke(s.Slot), strokeWidth(1.25))
			default:
				p.rect(at(i), top+3, box, box, fill(s.Slot), "")
			}
			if tipped {
				p.end()
			}
		}
	}
}
