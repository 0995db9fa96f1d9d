package imports

import (
	"fmt"
	"regexp"
	"slices"

	"benchsite/collect/artifact"
)

// Bounds of what source.extra takes over of fields that no reader knows.
const (
	maxRestFields = 128
	maxRestBytes  = 16 << 10
)

// differencesKey is where source.extra keeps in what the tool's definitions
// differ from ours, in both languages, as the page says it.
const differencesKey = "differences"

// state writes into the source what every import says of itself: the part of
// the file, and the differences between the tool's definitions and ours.
func state(a *artifact.Artifact, differences []Difference, d Draft) {
	if a.Source.Extra == nil {
		a.Source.Extra = map[string]any{}
	}
	if d.Part != "" {
		a.Source.Extra[partKey] = d.Part
	}
	if d.Differences != nil {
		differences = d.Differences
	}
	if len(differences) == 0 {
		return
	}
	said := []any{}
	for _, one := range differences {
		said = append(said, map[string]any{"en": one.EN, "zh": one.ZH})
	}
	a.Source.Extra[differencesKey] = said
}

// rest copies into extra the fields under n that no reader has asked for, as far
// as there is room; left_out counts the others. What a reader put there stays.
func (n *node) rest(extra map[string]any) {
	room := room{fields: maxRestFields, bytes: maxRestBytes}
	n.restInto(extra, &room)
	if room.out > 0 {
		extra["left_out"] = room.out
	}
}

type room struct{ fields, bytes, out int }

// secret are names of fields whose values are nobody's business.
var secret = regexp.MustCompile(`(?i)api.?key|secret|password|credential|bearer|authori[sz]ation|^headers?$|hf.?token|access.?token`)

// done says that of n and what stands under it nothing is left to keep.
func (n *node) done() *node {
	n.seen, n.whole = true, true
	return n
}

func (n *node) restInto(into map[string]any, r *room) {
	for _, key := range n.keys {
		field := n.fields[key]
		if !field.known() || field.kind == list && len(field.items) == 0 || field.kind == object && len(field.keys) == 0 {
			continue // nothing, or handed to a sink
		}
		if secret.MatchString(key) {
			continue // whatever it holds
		}
		if field.seen {
			if field.kind != object || field.whole {
				continue
			}
			below := map[string]any{}
			if field.restInto(below, r); len(below) > 0 {
				if _, taken := into[key]; !taken {
					into[key] = below
				}
			}
			continue
		}
		if _, taken := into[key]; taken || slices.Contains([]string{partKey, differencesKey, "zero_fields"}, key) {
			r.out++
			continue
		}
		value := bounded(field.plain(), 0)
		if size := len(fmt.Sprint(value)) + len(key); r.fields > 0 && r.bytes >= size {
			r.fields, r.bytes = r.fields-1, r.bytes-size
			into[key] = value
			continue
		}
		r.out++
	}
}
