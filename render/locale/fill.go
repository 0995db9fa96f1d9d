package locale

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Slots are the values of a sentence by name: a string is taken as it is, an
// int is printed with commas from 1,000, a [Setting] without.
type Slots map[string]any

// Setting is the value of a parameter (max_tokens, a port, a year): its digits
// are never separated.
type Setting int

// part is literal text, or a slot when slot is set.
type part struct {
	text string
	slot string
	noun string // {slot:noun}
	attr string // {slot.attr}
}

var slotForm = regexp.MustCompile(`\{([a-z][a-z0-9_]*)(?:([:.])([a-z][a-z0-9-]*))?\}`)

// parse takes a template apart. Braces that do not look like a slot are text.
func parse(s string) []part {
	var parts []part
	for {
		m := slotForm.FindStringSubmatchIndex(s)
		if m == nil {
			break
		}
		if m[0] > 0 {
			parts = append(parts, part{text: s[:m[0]]})
		}
		p := part{slot: s[m[2]:m[3]]}
		if m[4] >= 0 {
			if arg := s[m[6]:m[7]]; s[m[4]] == ':' {
				p.noun = arg
			} else {
				p.attr = arg
			}
		}
		parts = append(parts, p)
		s = s[m[1]:]
	}
	if s != "" || parts == nil {
		parts = append(parts, part{text: s})
	}
	return parts
}

// Slots lists the names that the sentence under key takes, sorted. A noun that
// is chosen by a slot (device) is among them.
func (l *Locale) Slots(key string) []string {
	var names []string
	for _, p := range l.entries[key].parts {
		if p.slot != "" {
			names = append(names, p.slot)
		}
		if p.noun == "device" {
			names = append(names, p.noun)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Text is the string under key. It is for strings without slots; a key that does
// not exist comes out as ⟦key⟧.
func (l *Locale) Text(key string) string { return l.Fill(key, nil) }

// Fill puts slots into the sentence under key. What is missing comes out as
// ⟦key⟧ or ⟦key:slot⟧; slots that the sentence does not use are ignored.
func (l *Locale) Fill(key string, slots Slots) string {
	e, ok := l.entries[key]
	if !ok {
		return "⟦" + key + "⟧"
	}
	if len(e.parts) == 1 && e.parts[0].slot == "" {
		return e.parts[0].text
	}
	pieces := make([]string, 0, len(e.parts))
	for _, p := range e.parts {
		if p.slot == "" {
			pieces = append(pieces, p.text)
			continue
		}
		s, ok := l.value(p, slots)
		if !ok {
			s = "⟦" + key + ":" + p.slot + "⟧"
		}
		pieces = append(pieces, s)
	}
	return noBreak(l.Seam(pieces...))
}

// value prints one slot.
func (l *Locale) value(p part, slots Slots) (string, bool) {
	v, ok := slots[p.slot]
	if !ok {
		return "", false
	}
	if p.attr != "" {
		name, _ := v.(string)
		n, ok := l.nouns[name]
		s := map[string]string{"name": n.name, "measure": n.measure}[p.attr]
		return s, ok && s != ""
	}
	s, one, ok := figure(v)
	if !ok || p.noun == "" {
		return s, ok
	}
	name := p.noun
	if chosen, is := slots[name].(string); is {
		name = chosen
	}
	n, ok := l.nouns[name]
	return l.inflect(n, s, one), ok
}

// figure prints a slot's value and tells whether it is exactly one.
func figure(v any) (s string, one, ok bool) {
	switch v := v.(type) {
	case string:
		return v, v == "1", true
	case int:
		return group(strconv.Itoa(v)), v == 1, true
	case int64:
		return group(strconv.FormatInt(v, 10)), v == 1, true
	case Setting:
		return strconv.Itoa(int(v)), v == 1, true
	}
	return "", false, false
}

func (l *Locale) inflect(n noun, number string, one bool) string {
	form := n.other
	if one && n.one != "" {
		form = n.one
	}
	return strings.Replace(form, "{n}", number, 1)
}

// Counted prints a number with its noun: "64 requests", "64 个请求".
func (l *Locale) Counted(n int, name string) string {
	f, ok := l.nouns[name]
	if !ok {
		return "⟦noun." + name + "⟧"
	}
	return noBreak(l.inflect(f, l.Count(n), n == 1))
}

// None is the phrase for zero of a noun where it stands alone ("no requests",
// 没有请求).
func (l *Locale) None(name string) string {
	f, ok := l.nouns[name]
	if !ok {
		return "⟦noun." + name + "⟧"
	}
	return noBreak(f.zero)
}
