package render

import (
	"encoding/json"
	"encoding/xml"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"benchsite/collect/artifact"
)

// What other programs read of a site, under its address: every address in it is
// that of a file that is there.
func TestAddressesOfASiteLeadToIt(t *testing.T) {
	const base = "https://example.org/repo/"
	store := testStore(t)
	writeTest(t, filepath.Join(store.Dir(), "reports", "one", "report.toml"), aReport)
	c := testConfig()
	c.BaseURL = base
	out := renderTo(t, store, c)
	files := tree(t, out)
	file := func(where, address string) string {
		t.Helper()
		name, ok := strings.CutPrefix(address, base)
		name, _, _ = strings.Cut(name, "#")
		if name == "" || strings.HasSuffix(name, "/") {
			name += "index.html"
		}
		if files[name] == "" || !ok {
			t.Errorf("%s: %s is not there", where, address)
		}
		return name
	}

	images := 0
	alternates := map[string][]string{} // page -> its hreflang links
	for name := range files {
		if filepath.Base(name) != "index.html" {
			continue
		}
		p := parsePage(t, out, name)
		meta := map[string]string{}
		nodes(p.root, func(n *html.Node) {
			switch {
			case n.Data == "meta" && attr(n, "property") != "":
				meta[attr(n, "property")] = attr(n, "content")
			case n.Data == "link" && attr(n, "rel") == "canonical":
				meta["canonical"] = attr(n, "href")
			case n.Data == "link" && attr(n, "hreflang") != "":
				alternates[name] = append(alternates[name], attr(n, "hreflang")+" "+attr(n, "href"))
				file(name, attr(n, "href"))
			}
		})
		for _, property := range []string{"canonical", "og:url"} {
			if got := file(name, meta[property]); got != name {
				t.Errorf("%s: %s is %s", name, property, meta[property])
			}
		}
		for _, property := range []string{"og:title", "og:description", "og:type", "og:site_name", "og:locale"} {
			if meta[property] == "" {
				t.Errorf("%s: no %s", name, property)
			}
		}
		if picture := meta["og:image"]; picture != "" {
			images++
			if !strings.HasPrefix(files[file(name, picture)], "\x89PNG") {
				t.Errorf("%s: %s is no PNG", name, picture)
			}
		}
		if want := "zh_CN"; strings.HasPrefix(name, "zh/") != (meta["og:locale"] == want) && name != "index.html" {
			t.Errorf("%s: og:locale %s", name, meta["og:locale"])
		}
	}
	if images == 0 {
		t.Error("no page has a picture")
	}
	for name, links := range alternates {
		other := strings.NewReplacer("zh/", "en/", "en/", "zh/").Replace(name[:min(len(name), 3)]) + name[min(len(name), 3):]
		if name != "index.html" && !slices.Equal(links, alternates[other]) {
			t.Errorf("%s and its twin name other languages: %q, %q", name, links, alternates[other])
		}
	}

	var listed []string
	for _, loc := range regexp.MustCompile(`<loc>([^<]*)</loc>`).FindAllStringSubmatch(files["sitemap.xml"], -1) {
		listed = append(listed, file("sitemap.xml", loc[1]))
	}
	slices.Sort(listed)
	var pages []string
	for name := range files {
		if filepath.Base(name) == "index.html" {
			pages = append(pages, name)
		}
	}
	slices.Sort(pages)
	if !slices.Equal(listed, pages) {
		t.Errorf("the sitemap lists %d pages of %d", len(listed), len(pages))
	}

	for _, link := range regexp.MustCompile(`\]\(([^)]*)\)`).FindAllStringSubmatch(files["llms.txt"], -1) {
		file("llms.txt", link[1])
	}
	for _, lang := range []string{"zh", "en"} {
		checkFeed(t, lang, files[lang+"/feed.xml"], file)
	}
	badges := 0
	for name, text := range files {
		if !strings.HasPrefix(name, "data/badges/") {
			continue
		}
		badges++
		var b struct {
			SchemaVersion         int
			Label, Message, Color string
		}
		if err := json.Unmarshal([]byte(text), &b); err != nil || b.SchemaVersion != 1 || b.Label == "" || b.Message == "" || b.Color == "" {
			t.Errorf("%s: %s, %v", name, text, err)
		}
	}
	if badges == 0 {
		t.Error("no badges")
	}

	plain := tree(t, renderTo(t, store, testConfig()))
	for name, text := range plain {
		if filepath.Ext(name) == ".png" || strings.HasPrefix(name, "data/badges/") || strings.Contains(text, "og:image") {
			t.Errorf("%s is of no use without a base URL", name)
		}
	}
}

// checkFeed reads a feed as a reader of feeds does.
func checkFeed(t *testing.T, lang, text string, file func(where, address string) string) {
	t.Helper()
	type link struct {
		Rel  string `xml:"rel,attr"`
		Href string `xml:"href,attr"`
	}
	var feed struct {
		XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
		ID      string   `xml:"id"`
		Title   string   `xml:"title"`
		Updated string   `xml:"updated"`
		Author  string   `xml:"author>name"`
		Link    []link   `xml:"link"`
		Entry   []struct {
			ID      string `xml:"id"`
			Title   string `xml:"title"`
			Updated string `xml:"updated"`
			Summary string `xml:"summary"`
			Link    []link `xml:"link"`
		} `xml:"entry"`
	}
	if err := xml.Unmarshal([]byte(text), &feed); err != nil {
		t.Fatalf("%s: %v", lang, err)
	}
	if feed.ID == "" || feed.Title == "" || feed.Author == "" || len(feed.Link) != 2 || len(feed.Entry) == 0 {
		t.Errorf("%s: %+v", lang, feed)
	}
	for _, l := range feed.Link {
		file(lang+"/feed.xml", l.Href)
	}
	seen := map[string]bool{}
	newest := ""
	for _, e := range feed.Entry {
		if !strings.HasPrefix(e.ID, "urn:sha256:") || seen[e.ID] || e.Title == "" || e.Summary == "" || len(e.Link) != 1 {
			t.Errorf("%s: entry %+v", lang, e)
			continue
		}
		seen[e.ID] = true
		newest = max(newest, e.Updated)
		file(lang+"/feed.xml", e.Link[0].Href)
		if _, err := artifact.StartDay(e.Updated); err != nil {
			t.Errorf("%s: %s was updated %q", lang, e.Title, e.Updated)
		}
	}
	if feed.Updated != newest {
		t.Errorf("%s: updated %s, its newest entry %s", lang, feed.Updated, newest)
	}
}
