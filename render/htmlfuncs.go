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
func htmlFuncs(l *locale.Locale) template.FuncMap {
	return template.FuncMap{
		"t":   l.Text,
		"gap": func() string { return gap(l) },
		"svg": func(c page.Chart, width int) template.HTML {
			return template.HTML(chart.SVG(c, chart.Width(width))) // chart escapes every string it draws
		},
		"prose": func(source string) (template.HTML, error) { return prose(source) },
	}
}

func gap(l *locale.Locale) string {
	if l.Lang() == locale.ZH {
		return ""
	}
	return " "
}
