package locale

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
)

// Lang is a language of the site.
type Lang string

// The languages, in the order in which the landing page shows them.
const (
	ZH Lang = "zh"
	EN Lang = "en"
)

// Langs lists the languages of the catalogues.
func Langs() []Lang { return []Lang{ZH, EN} }

// Tag is the BCP 47 tag for lang and hreflang.
func (l Lang) Tag() string {
	if l == ZH {
		return "zh-CN"
	}
	return string(l)
}

// Other is the language that the switch leads to.
func (l Lang) Other() Lang {
	if l == ZH {
		return EN
	}
	return ZH
}

// Catalogue holds the words of both languages.
type Catalogue struct {
	locales map[Lang]*Locale
}

// Locale gives the words and number formats of one language. It does not change
// after Load and may be used from many goroutines.
type Locale struct {
	lang    Lang
	keys    []string // in file order
	entries map[string]entry
	nouns   map[string]noun
	terms   []string // keys of §1, in file order
	notices []string // codes, in file order
}

// entry is one string of a catalogue, taken apart at its slots.
type entry struct {
	text  string
	parts []part
}

// noun is a counted noun. Forms hold {n}; name and measure are set in Chinese
// where a sentence needs the noun apart from its number.
type noun struct {
	one, other, zero string
	name, measure    string
}

// Load reads locales/zh.toml and locales/en.toml and checks them against each
// other: the same keys, the same slots in each sentence, known groups and
// fields, no empty string. The error names file and key, all faults at once.
func Load(fsys fs.FS) (*Catalogue, error) {
	c := &Catalogue{locales: map[Lang]*Locale{}}
	var faults []error
	for _, lang := range Langs() {
		l, err := read(fsys, lang)
		if err != nil {
			faults = append(faults, err)
		}
		c.locales[lang] = l
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	faults = append(faults, unequal(c.locales[ZH], c.locales[EN])...)
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	return c, nil
}

// Locale gives the words of lang; nil for a language without catalogue.
func (c *Catalogue) Locale(lang Lang) *Locale { return c.locales[lang] }

// Lang is the language of l.
func (l *Locale) Lang() Lang { return l.lang }

// Has tells whether key is in the catalogue.
func (l *Locale) Has(key string) bool { _, ok := l.entries[key]; return ok }

// Keys lists all keys in the order of the file.
func (l *Locale) Keys() []string { return slices.Clone(l.keys) }

func file(lang Lang) string { return "locales/" + string(lang) + ".toml" }

// read decodes one catalogue and checks it alone.
func read(fsys fs.FS, lang Lang) (*Locale, error) {
	data, err := fs.ReadFile(fsys, file(lang))
	if err != nil {
		return nil, fmt.Errorf("%s: cannot be read: %w", file(lang), err)
	}
	var tree map[string]any
	meta, err := toml.Decode(string(data), &tree)
	if err != nil {
		return nil, fmt.Errorf("%s: %v", file(lang), err)
	}
	l := &Locale{lang: lang, entries: map[string]entry{}, nouns: map[string]noun{}}
	var faults []error
	fault := func(key, format string, args ...any) {
		faults = append(faults, fmt.Errorf("%s: key %s: %s", file(lang), key, fmt.Sprintf(format, args...)))
	}
	for _, k := range meta.Keys() { // file order; MetaData knows tables as well as leaves
		switch v := lookup(tree, k).(type) {
		case map[string]any:
		case string:
			key := strings.Join(k, ".")
			if strings.TrimSpace(v) == "" {
				fault(key, "is empty")
			}
			if !slices.Contains(groups, k[0]) {
				fault(key, "unknown group %s; known are %s", k[0], strings.Join(groups, ", "))
			}
			if k[0] == "noun" {
				l.addNoun(k, v, fault)
				continue
			}
			l.keys = append(l.keys, key)
			l.entries[key] = entry{text: v, parts: parse(noBreak(v))}
		default:
			fault(strings.Join(k, "."), "is %T, want a string", v)
		}
	}
	l.check(fault)
	return l, errors.Join(faults...)
}

func lookup(tree map[string]any, key toml.Key) any {
	var v any = tree
	for _, k := range key {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[k]
	}
	return v
}

func (l *Locale) addNoun(key toml.Key, v string, fault func(key, format string, args ...any)) {
	if len(key) != 3 {
		fault(key.String(), "want noun.<name>.<form>")
		return
	}
	n := l.nouns[key[1]]
	field := map[string]*string{"one": &n.one, "other": &n.other, "zero": &n.zero, "name": &n.name, "measure": &n.measure}[key[2]]
	if field == nil {
		fault(key.String(), "unknown form; known are one, other, zero, name, measure")
		return
	}
	*field = v
	l.nouns[key[1]] = n
}

// unequal lists what the two catalogues do not share.
func unequal(zh, en *Locale) []error {
	var faults []error
	missing := func(in *Locale, key string, other *Locale) {
		faults = append(faults, fmt.Errorf("%s: key %s is missing; %s has it", file(in.lang), key, file(other.lang)))
	}
	for _, pair := range [][2]*Locale{{zh, en}, {en, zh}} {
		a, b := pair[0], pair[1]
		for _, key := range a.keys {
			if !b.Has(key) {
				missing(b, key, a)
			}
		}
		for _, name := range sortedKeys(a.nouns) {
			if _, ok := b.nouns[name]; !ok {
				missing(b, "noun."+name, a)
			}
		}
	}
	for _, key := range zh.keys {
		if !en.Has(key) {
			continue
		}
		if a, b := zh.Slots(key), en.Slots(key); !slices.Equal(a, b) {
			faults = append(faults, fmt.Errorf("key %s: slots differ: %s has %v, %s has %v", key, file(ZH), a, file(EN), b))
		}
		if neutral(key) && zh.entries[key].text != en.entries[key].text {
			faults = append(faults, fmt.Errorf("key %s: must be the same in both languages", key))
		}
	}
	return faults
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
