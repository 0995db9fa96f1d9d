package dataset

import (
	"maps"
	"slices"
)

// Text is what a user wrote in one or more languages: language tag -> words.
type Text map[string]string

// In returns the text in the language, or "" when it is not given.
func (t Text) In(lang string) string { return t[lang] }

// Any returns the text in the language, else in the first other one by name,
// so that a text given once is never lost.
func (t Text) Any(lang string) string {
	if s := t[lang]; s != "" {
		return s
	}
	for _, k := range slices.Sorted(maps.Keys(t)) {
		if t[k] != "" {
			return t[k]
		}
	}
	return ""
}

// Direction says which way a figure is good.
type Direction string

// The directions of a metric.
const (
	Higher Direction = "higher"
	Lower  Direction = "lower"
	None   Direction = "none"
)

// Kind says what a [Value] counts, so that it is printed by the rule for it.
type Kind string

// The kinds of values. Shares, points and relative changes are fractions: 0.85
// is 85 %, a difference of 0.025 is 2.5 percentage points.
const (
	KindText         Kind = "text"          // Text, printed as it is
	KindBool         Kind = "bool"          // Num is 0 or 1
	KindDate         Kind = "date"          // Text is an ISO day
	KindCount        Kind = "count"         // items, requests, flips, characters
	KindTokens       Kind = "tokens"        // a number of tokens
	KindSetting      Kind = "setting"       // max_tokens, concurrency, TP: never grouped by commas
	KindNumber       Kind = "number"        // any other number
	KindFigure       Kind = "figure"        // a measured number without a unit, such as a perplexity
	KindThroughput   Kind = "throughput"    // tokens/s
	KindRate         Kind = "rate"          // req/s
	KindSeconds      Kind = "seconds"       // a duration or latency
	KindTokenSeconds Kind = "token-seconds" // TPOT, ITL, ICL in seconds, printed in ms
	KindShare        Kind = "share"         // 0 to 1, printed in %
	KindPoints       Kind = "points"        // difference of two shares, −1 to 1
	KindRatio        Kind = "ratio"         // new / base
	KindRelative     Kind = "relative"      // (new − base) / base
	KindP            Kind = "p"             // p-value
	KindGiB          Kind = "gib"
	KindGB           Kind = "gb"
	KindBytes        Kind = "bytes"
	KindWatts        Kind = "watts"
	KindJoules       Kind = "joules"
)

// Value is one typed figure or word out of the data.
type Value struct {
	Kind Kind
	Num  float64
	Text string // for KindText and KindDate
}

// Int returns the number rounded to the nearest whole one, for counts.
func (v Value) Int() int {
	if v.Num < 0 {
		return int(v.Num - 0.5)
	}
	return int(v.Num + 0.5)
}
