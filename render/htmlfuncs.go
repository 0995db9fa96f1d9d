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
//	svg chart width   the static drawing, inline
//	prose markdown    Markdown written by a person, raw HTML shown as text
//	spans text        running text with its links and styles
//	table t           a table in its scrolling region
//	icon level        the shape of a level of notices
func htmlFuncs(l *locale.Locale) template.FuncMap {
	return template.FuncMap{
		"t":   l.Text,
		"gap": func() string { return gap(l) },
		"svg": func(c page.Chart, width int) template.HTML {
			return template.HTML(chart.SVG(c, chart.Width(width))) // chart escapes every string it draws
		},
		"spans": htmlText,
		"icon":  htmlMark,
		"table": func(t *page.Table) template.HTML { return htmlTable(t, l) },
		"prose": func(source string) (template.HTML, error) { return prose(source) },
	}
}

func gap(l *locale.Locale) string {
	if l.Lang() == locale.ZH {
		return ""
	}
	return " "
}
