package page

import (
	"strings"

	"benchsite/render/dataset"
	"benchsite/render/locale"
)

// Card is the picture that other sites show beside a link to a page: the key
// chart of a report, that of the newest one for every other page.
type Card struct {
	Path  string // from the root of the site
	Chart Chart
}

const cardName = "card.png"

// Cards are the cards of the edition, that of the site first. Without a base URL
// nobody could ask for one, so there are none.
func (e *Edition) Cards() []Card {
	if e.Set.Config.BaseURL == "" {
		return nil
	}
	root := string(e.Lang) + "/"
	var out []Card
	for _, r := range e.Set.Reports {
		for _, t := range r.Topics {
			if len(t.Findings) == 0 {
				continue
			}
			if c := e.cardChart(t); !c.Empty() {
				out = append(out, Card{root + reportPath(r) + cardName, c})
			}
			break
		}
	}
	if len(out) == 0 {
		return nil
	}
	return append([]Card{{root + cardName, out[0].Chart}}, out...)
}

// cardChart is the small chart of a topic in letters that a picture can be
// written with: names and figures as in English; the caption stands only where
// it is in the language of the page.
func (e *Edition) cardChart(t *dataset.Topic) Chart {
	en := e.In(locale.EN)
	_, c := en.mini(t, en.namer(t.Runs))
	if e.Lang != locale.EN {
		c.Title = ""
	}
	return c
}

// cardPaths are those of all cards.
func (s *Site) cardPaths() map[string]bool {
	s.cards.once.Do(func() {
		s.cards.there = map[string]bool{}
		for _, lang := range s.Languages() {
			for _, c := range s.In(lang).Cards() {
				s.cards.there[c.Path] = true
			}
		}
	})
	return s.cards.there
}

// image is the address of the card of a page, "" when there is none.
func (e *Edition) image(dir string) string {
	there := e.cardPaths()
	for _, path := range []string{dir + cardName, string(e.Lang) + "/" + cardName} {
		if there[path] {
			return e.Set.Config.BaseURL + strings.TrimPrefix(string(Rel("", path)), "./")
		}
	}
	return ""
}
