package render

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"html/template"
	"io/fs"
	"slices"
	"strings"

	"benchsite/collect/artifact"
	"benchsite/render/locale"
	"benchsite/render/page"
)

// notFound is 404.html. A server shows it under any address, so it can load
// nothing beside it: its style stands inside and its own policy allows just
// that style, by hash. Its links are relative to the root, which is right where
// the address was one level deep; with a base URL they are whole.
func notFound(site *page.Site, tree fs.FS) ([]byte, error) {
	t, err := template.ParseFS(tree, "html/standalone/404.gohtml")
	if err != nil {
		return nil, err
	}
	style, err := fs.ReadFile(tree, "html/standalone/404.css")
	if err != nil {
		return nil, err
	}
	type half struct {
		Tag, Title, Text, Overview, Runs string
		OverviewHref, RunsHref           string
	}
	base := site.Set.Config.BaseURL
	data := struct {
		Tag, Site, Home string
		Policy          template.HTMLAttr // its quotes are not escaped: the policy reads as it is written
		Style           template.CSS
		Halves          []half
	}{Home: base + "index.html", Style: template.CSS(style)}
	for i, lang := range site.Languages() {
		e := site.In(lang)
		if i == 0 {
			data.Tag, data.Site = lang.Tag(), e.Name()
		}
		data.Halves = append(data.Halves, half{
			lang.Tag(), e.L.Text("err.404"), e.L.Text("err.404-hint"), e.L.Text("nav.overview"), e.L.Text("nav.runs"),
			base + string(lang) + "/index.html", base + string(lang) + "/runs/index.html",
		})
	}
	sum := sha256.Sum256(style)
	data.Policy = template.HTMLAttr(`content="default-src 'none'; style-src 'sha256-` + base64.StdEncoding.EncodeToString(sum[:]) + `'; base-uri 'none'; form-action 'none'"`)
	var buf bytes.Buffer
	if err := t.Execute(&buf, data); err != nil {
		return nil, err
	}
	return neutral(buf.Bytes()), nil
}

// llms is llms.txt: what the site is and where its pages are, for programs that
// read text. They get the Markdown pages.
func llms(site *page.Site) []byte {
	var b strings.Builder
	base := site.Set.Config.BaseURL
	e := site.In(site.Languages()[0])
	if slices.Contains(site.Languages(), locale.EN) {
		e = site.In(locale.EN)
	}
	b.WriteString("# " + mdEscape(e.Name()) + "\n\n> " + mdEscape(e.L.Text("landing.dek")) + "\n")
	for _, lang := range site.Languages() {
		e := site.In(lang)
		dir := base + string(lang) + "/"
		b.WriteString("\n## " + mdEscape(site.Words.Locale(lang.Other()).Text("nav.language")) + "\n\n")
		b.WriteString("- [" + mdEscape(e.L.Text("nav.overview")) + "](" + dir + "index.md)\n")
		for _, r := range site.Set.Reports {
			b.WriteString("- [" + mdEscape(page.Cut(r.Title.Any(string(lang)), page.CutTitle)) + "](" + base + string(page.Rel("", string(lang)+"/reports/"+r.Slug+"/index.md")) + ")\n")
		}
		b.WriteString("- [" + mdEscape(e.L.Text("nav.runs")) + "](" + dir + "runs/index.md)\n")
		if len(site.Set.Runs) > 1 {
			b.WriteString("- [" + mdEscape(e.L.Text("nav.compare")) + "](" + dir + "compare/index.md)\n")
		}
		b.WriteString("- [" + mdEscape(e.L.Text("nav.trends")) + "](" + dir + "trends/index.md)\n")
		b.WriteString("- [" + mdEscape(e.L.Text("nav.method")) + "](" + dir + "method/index.md)\n")
	}
	b.WriteString("\n## " + mdEscape(e.L.Text("nav.data")) + "\n\n- [index.json](" + base + "data/index.json)\n- [runs.csv](" + base + "data/runs.csv)\n")
	return neutral([]byte(b.String()))
}

type urlset struct {
	XMLName xml.Name `xml:"urlset"`
	NS      string   `xml:"xmlns,attr"`
	URLs    []struct {
		Loc string `xml:"loc"`
	} `xml:"url"`
}

// sitemap lists every page.
func sitemap(site *page.Site, dirs []string) []byte {
	set := urlset{NS: "http://www.sitemaps.org/schemas/sitemap/0.9"}
	var locs []string
	for _, dir := range dirs {
		locs = append(locs, site.Set.Config.BaseURL+string(page.Rel("", dir)))
	}
	slices.Sort(locs)
	for _, loc := range locs {
		set.URLs = append(set.URLs, struct {
			Loc string `xml:"loc"`
		}{loc})
	}
	return xmlFile(set)
}

func xmlFile(v any) []byte {
	b, err := xml.MarshalIndent(v, "", " ")
	if err != nil {
		panic(fmt.Sprintf("BUG: %v", err)) // the types above always marshal
	}
	return neutral([]byte(xml.Header + string(b) + "\n"))
}

type atomFeed struct {
	XMLName xml.Name    `xml:"feed"`
	NS      string      `xml:"xmlns,attr"`
	Lang    string      `xml:"xml:lang,attr"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Author  string      `xml:"author>name"`
	Links   []atomLink  `xml:"link"`
	Entries []atomEntry `xml:"entry"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Href string `xml:"href,attr"`
}

type atomEntry struct {
	ID      string   `xml:"id"`
	Title   string   `xml:"title"`
	Updated string   `xml:"updated"`
	Link    atomLink `xml:"link"`
	Summary string   `xml:"summary"`
}

// feedEntries is how many runs a feed holds.
const feedEntries = 50

// feed is the Atom feed of a language: the newest runs that count and came to
// their end, and the figures that got worse since the time before. Simulated and replaced ones never come into it. The time of an entry is that of the
// run, and that of the feed is its newest entry's, so a feed changes only when
// the data do.
func feed(e *page.Edition) []byte {
	base := e.Set.Config.BaseURL + string(e.Lang) + "/"
	f := atomFeed{
		NS: "http://www.w3.org/2005/Atom", Lang: e.Lang.Tag(), Title: e.L.Fill("text.feed-title", locale.Slots{"site": e.Name()}),
		ID: urn(base), Author: e.Name(), Updated: "1970-01-01T00:00:00Z",
		Links: []atomLink{{"self", base + "feed.xml"}, {"alternate", base}},
	}
	for _, r := range e.Set.Standing {
		if r.Status != artifact.StatusComplete {
			continue
		}
		if len(f.Entries) == feedEntries {
			break
		}
		updated := r.StartedAt
		if len(updated) == len("2006-01-02") {
			updated += "T00:00:00Z"
		}
		title, summary := e.FeedEntry(r)
		f.Entries = append(f.Entries, atomEntry{
			ID: urn(r.ID), Title: title, Summary: summary, Updated: updated,
			Link: atomLink{"alternate", base + "runs/" + r.ID + "/"},
		})
		f.Updated = max(f.Updated, updated)
	}
	// A figure that got worse is news of its own; its time is the day it was found on.
	for _, n := range e.News() {
		if !n.Worse {
			continue
		}
		title, summary := e.FeedWorse(n)
		last := n.Trend.Runs[len(n.Trend.Runs)-1]
		f.Entries = append(f.Entries, atomEntry{
			ID: urn(last.ID + "#" + n.Path()), Title: title, Summary: summary, Updated: n.Move.After.Day + "T23:59:59Z",
			Link: atomLink{"alternate", base + e.TrendPath(n.Trend)},
		})
		f.Updated = max(f.Updated, n.Move.After.Day+"T23:59:59Z")
	}
	slices.SortStableFunc(f.Entries, func(a, b atomEntry) int { return strings.Compare(b.Updated, a.Updated) })
	return xmlFile(f)
}

func urn(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "urn:sha256:" + hex.EncodeToString(sum[:])
}
