package render

import (
	"html/template"

	"benchsite/render/chart"
	"benchsite/render/locale"
	"benchsite/render/page"
)

// htmlFuncs are what the HTML templates may call.
//
//	t "key"           the words of the catalogue, for labels without slots
//	gap               what stands between two finished sentences
//	drawing figure w  the static drawing of a figure, inline
//	svg chart width   that of a chart without a frame
//	prose markdown    Markdown written by a person, raw HTML shown as text
//	spans text        running text with its links and styles
//	table t           a table in its scrolling region
//	icon level        the shape of a level of notices
func htmlFuncs(l *locale.Locale) template.FuncMap {
	return template.FuncMap{
		"t":   l.Text,
		"gap": func() string { return gap(l) },
		"drawing": func(f *page.Figure, width int) template.HTML {
			return template.HTML(drawingOf(f).SVG(chart.Width(width)))
		},
		"svg": func(c page.Chart, width int) template.HTML {
			return template.HTML(chart.SVG(c, chart.Width(width))) // chart escapes every string it draws
		},
		"spans": htmlText,
		"icon":  htmlMark,
		"table": func(t *page.Table) template.HTML { return htmlTable(t, l) },
		"prose": func(source string) (template.HTML, error) { return prose(source) },
	}
}

// drawingOf is what is drawn of a figure, each drawing once.
func drawingOf(f *page.Figure) *chart.Drawing {
	d, ok := f.Drawing.(*chart.Drawing)
	if !ok {
		d = chart.Draw(f.Chart)
		f.Drawing = d
	}
	return d
}

func gap(l *locale.Locale) string {
	if l.Lang() == locale.ZH {
		return ""
	}
	return " "
}
