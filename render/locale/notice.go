package locale

import (
	"math"
	"strings"
)

// Notice is a notice with its figures filled in.
type Notice struct {
	Code, Level        string // Level: info, warn, invalid
	Title, Means, Todo string // Title without a full stop; Means and Todo whole sentences
}

// NoticeEntry is a notice as the method page shows it, without figures.
type NoticeEntry struct {
	Code, Level              string
	Title, When, Means, Todo string
}

// Notice fills the notice of a code. Raw values are printed by the name of their
// slot: shares (hit_rate, share, cpu, lo, hi) from 0 to 1, mde in shares, lag in
// seconds, target and achieved in req/s, fields as names of parameters. A string
// is taken as it is. Where a figure is nil, the sentence without figures stands
// in, except for cpu, which is then called unknown.
func (l *Locale) Notice(code string, raw map[string]any) Notice {
	slots := Slots{}
	for name, v := range raw {
		if s := l.slotValue(name, v); s != nil {
			slots[name] = s
		}
	}
	p := "notice." + code + "."
	fill := func(field string) string {
		for _, name := range l.Slots(p + field) {
			if _, known := slots[name]; !known && l.Has(p+field+"-general") {
				return l.Text(p + field + "-general")
			}
		}
		return l.Fill(p+field, slots)
	}
	return Notice{Code: code, Level: l.raw(p + "level"), Title: fill("title"), Means: fill("means"), Todo: fill("todo")}
}

// slotValue prints one raw value of a notice, nil for one that is unknown.
func (l *Locale) slotValue(name string, v any) any {
	switch v := v.(type) {
	case nil:
		if name == "cpu" {
			return l.Text("word.unknown")
		}
		return nil
	case *float64:
		if v == nil {
			return l.slotValue(name, nil)
		}
		return l.slotValue(name, *v)
	case []string:
		names := make([]string, len(v))
		for i, f := range v {
			names[i] = l.inline(l.Param(f))
		}
		if name == "fields" {
			return l.List(names...)
		}
		return l.Enum(names...)
	case int:
		if name == "max_tokens" {
			return Setting(v)
		}
		return v
	case int64:
		return l.slotValue(name, int(v))
	case float64:
		return l.slotFloat(name, v)
	}
	return v
}

func (l *Locale) slotFloat(name string, v float64) any {
	switch name {
	case "hit_rate", "share", "cpu", "lo", "hi":
		return l.Percent(v)
	case "mde":
		return l.PointsSize(v)
	case "lag":
		return l.Seconds(v).String()
	case "target", "achieved":
		return l.Rate(v).Number
	case "tokens_per_chunk":
		return l.Number(v, 2)
	}
	if v == math.Trunc(v) {
		return l.slotValue(name, int(v))
	}
	return l.Number(v, 1)
}

// NoticeEntry looks up a notice for the method page.
func (l *Locale) NoticeEntry(code string) (NoticeEntry, bool) {
	p := "notice." + code + "."
	if !l.Has(p + "title") {
		return NoticeEntry{}, false
	}
	general := func(field string) string {
		if s := l.optional(p + field + "-general"); s != "" {
			return s
		}
		return l.Text(p + field)
	}
	return NoticeEntry{
		Code: code, Level: l.raw(p + "level"), Title: general("title"), When: l.Text(p + "when"),
		Means: general("means"), Todo: general("todo"),
	}, true
}

// NoticeEntries lists all notices in the order of the catalogue.
func (l *Locale) NoticeEntries() []NoticeEntry {
	entries := make([]NoticeEntry, 0, len(l.notices))
	for _, code := range l.notices {
		e, _ := l.NoticeEntry(code)
		entries = append(entries, e)
	}
	return entries
}

// Lead is title, meaning and advice as one paragraph, for places without markup.
func (n Notice) Lead(l *Locale) string {
	stop := "."
	if l.lang == ZH {
		stop = "。"
	}
	return strings.TrimSpace(l.Sentences(n.Title+stop, n.Means, n.Todo))
}
