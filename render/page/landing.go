package page

import "benchsite/render/locale"

// LandingPage is the root of the site, in both languages.
type LandingPage struct {
	Base
	Halves []Half
}

// Half is the part of the landing page in one language.
type Half struct {
	Lang     locale.Lang
	Tag      string
	Name     Link   // the language by its own name
	Last     string // tag of the language that was used last, shown by the script
	Title    string
	Dek      string
	Links    []Link
	Latest   string
	Entries  []Entry
	All      Link
	Empty    string
	Describe string
}

// landingEntries is how many findings each half shows.
const landingEntries = 2

// Landing builds the root page.
func (s *Site) Landing() *LandingPage {
	languages := s.Languages()
	e := s.In(languages[0])
	p := &LandingPage{Base: e.Base("landing", "", e.Name(), "")}
	b := &p.Base
	b.Dir, b.Nav, b.Switch, b.Foot.Links = "", nil, nil, nil
	b.Home = Rel("", "index.html")
	if base := s.Set.Config.BaseURL; base != "" {
		b.Canonical = base
	}
	b.Feed = ""
	for i, lang := range languages {
		e := s.In(lang)
		half := e.half()
		p.Halves = append(p.Halves, half)
		b.Switch = append(b.Switch, LangLink{Link: half.Name, Tag: half.Tag, Label: half.Title})
		if i > 0 {
			b.Description += " / "
		}
		b.Description += half.Dek
		b.Foot.Links = append(b.Foot.Links, Link{e.L.Text("nav.data"), "data/index.json"})
	}
	b.Foot.Links = append([]Link{{e.L.Text("nav.markdown"), b.Twin()}}, b.Foot.Links...)
	return p
}

// half is one language of the landing page.
func (e *Edition) half() Half {
	b := e.Base("landing", "", e.Name(), "")
	b.Dir = "" // links start from the root
	dek := e.Set.Config.Description.Any(string(e.Lang))
	if dek == "" {
		dek = e.L.Text("landing.dek")
	}
	h := Half{
		Lang: e.Lang, Tag: e.Lang.Tag(), Last: e.L.Text("chip.last-used"), Title: e.Name(), Dek: dek,
		Name:   Link{e.Words.Locale(e.Lang.Other()).Text("nav.language"), b.Link("")},
		Latest: e.L.Text("section.latest"), All: Link{e.L.Text("btn.all-findings"), b.Link("")},
	}
	for _, s := range e.sections() {
		h.Links = append(h.Links, Link{e.L.Text(s.key), b.Link(s.path)})
	}
	for _, g := range e.groups(&b) { // what was simulated stands last and only where nothing was measured
		if g.ID != simulatedGroup || len(h.Entries) == 0 {
			h.Entries = append(h.Entries, g.Entries...)
		}
	}
	newestEntries(h.Entries)
	h.Entries = h.Entries[:min(len(h.Entries), landingEntries)]
	if len(h.Entries) == 0 {
		h.Empty = e.L.Text("empty.findings")
	}
	for i := range h.Entries {
		h.Entries[i].Chart.ID += "-" + string(e.Lang) // both languages stand on one page
	}
	return h
}
