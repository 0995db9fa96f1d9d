package eval

import "context"

// Source says where the questions of suites come from that are not built in.
type Source struct {
	Folder string // with the published files; "" = the Hub
	Cache  string // folder in which what was fetched is kept; "" = nothing is kept
	Hub    string // address of the Hub; "" = https://huggingface.co
	Token  string // for gated datasets
}

// standard is a public benchmark.
type standard struct {
	name string
	load func(context.Context, Source) (*Suite, error)
}

var standards []standard
