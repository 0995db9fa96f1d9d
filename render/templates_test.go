package render

import (
	"testing"

	"benchsite/render/locale"
	"benchsite/render/page"
	"benchsite/templates"

	"github.com/jba/templatecheck"
)

// kindTypes pairs every layout with the page it lays out. A template that asks
// for a field that its page has not fails here, not on a page that is rarely
// made.
var kindTypes = map[string]any{
	"landing":    &page.LandingPage{},
	"overview":   &page.OverviewPage{},
	"reports":    &page.ReportsPage{},
	"report":     &page.ReportPage{},
	"runs":       &page.RunsPage{},
	"run":        &page.RunPage{},
	"problems":   &page.ProblemsPage{},
	"method":     &page.MethodPage{},
	"item":       &page.ItemPage{},
	"trends":     &page.TrendsPage{},
	"compare":    &page.ComparePage{},
	"comparison": &page.ComparisonPage{},
}

func TestTemplatesFitTheirPages(t *testing.T) {
	words, err := locale.Load(templates.FS)
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range []locale.Lang{locale.ZH, locale.EN} {
		l, err := parseLayouts(templates.FS, words.Locale(lang))
		if err != nil {
			t.Fatal(err)
		}
		if len(l.html) != len(kindTypes) || len(l.markdown) != len(kindTypes) {
			t.Errorf("%d HTML and %d Markdown layouts for %d kinds of pages", len(l.html), len(l.markdown), len(kindTypes))
		}
		for kind, typ := range kindTypes {
			if l.html[kind] == nil || l.markdown[kind] == nil {
				t.Errorf("%s: no layout in HTML or Markdown", kind)
				continue
			}
			if err := templatecheck.CheckHTML(l.html[kind].Lookup("page"), typ); err != nil {
				t.Errorf("html/%s: %v", kind, err)
			}
			if err := templatecheck.CheckText(l.markdown[kind].Lookup("page"), typ); err != nil {
				t.Errorf("markdown/%s: %v", kind, err)
			}
		}
	}
}
