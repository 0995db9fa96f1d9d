package page

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/template/parse"

	"benchsite/collect/artifact"
)

// The body of a report is Markdown in which the braces of text/template hold
// the figures. Of that language a body may use one form only: a function with
// quoted arguments.
//
//	{{value "nvfp4" "load.throughput.output_tokens_per_s"}}   606.47
//	{{value "nvfp4" "load.latency.e2e_s.p50" "unit"}}         6.76 s
//	{{ratio "nvfp4" "bf16" "load.throughput.output_tokens_per_s"}}
//	{{diff "nvfp4" "bf16" "load.latency.e2e_s.mean"}}
//	{{chart "throughput"}}  {{table "flips"}}  {{notices "small-n"}}
//
// The first three print a figure in the running text; the others stand on a
// line of their own and become a block of the page. There are no variables,
// conditions, loops, pipes or further templates: the tree is checked and then
// walked here, nothing of it is executed. So the time that a body takes is
// bounded by its length and by the number of its expressions, and no clock has
// to decide whether a page comes out.
const (
	maxBody        = 256 << 10 // bytes of a body
	maxExpressions = 1000      // of one body
	maxPrinted     = 1 << 20   // bytes that come out
)

// arity is the smallest and largest number of arguments of a function, and
// whether it makes a block.
type arity struct {
	least, most int
	block       bool
}

// expressions are the functions that a body may call.
var expressions = map[string]arity{
	"value":   {1, 3, false},
	"ratio":   {3, 3, false},
	"diff":    {3, 3, false},
	"chart":   {1, 2, true},
	"table":   {1, 2, true},
	"notices": {0, 40, true},
}

// call is one expression of a body.
type call struct {
	name string
	args []string
	line int // 1-based
}

// piece is running text, or an expression when call is set.
type piece struct {
	text string
	call *call
}

// parseBody takes a body apart and refuses everything but the six functions.
// The error is an *artifact.Fault with file and line.
func parseBody(file, source string) ([]piece, error) {
	fault := func(line int, format string, args ...any) error {
		return &artifact.Fault{File: file, Line: line, Message: fmt.Sprintf(format, args...)}
	}
	if len(source) > maxBody {
		return nil, fault(0, "has %d bytes; a body may have %d", len(source), maxBody)
	}
	known := map[string]any{}
	for name := range expressions {
		known[name] = func() {} // the parser only asks whether the name is known
	}
	trees, err := parse.Parse("body", source, "{{", "}}", known)
	if err != nil {
		return nil, parseFault(file, err)
	}
	if len(trees) > 1 {
		return nil, fault(lineOf(source, definedAt(source)), "defines a template; a body may only call %s", names())
	}
	tree := trees["body"]
	if tree == nil || tree.Root == nil {
		return nil, nil
	}
	var out []piece
	count := 0
	for _, n := range tree.Root.Nodes {
		line := lineOf(source, int(n.Position()))
		switch n := n.(type) {
		case *parse.TextNode:
			out = append(out, piece{text: string(n.Text)})
		case *parse.CommentNode:
		case *parse.ActionNode:
			c, message := oneCall(n)
			if message != "" {
				return nil, fault(line, "%s: %s", n.String(), message)
			}
			if count++; count > maxExpressions {
				return nil, fault(line, "has more than %d expressions", maxExpressions)
			}
			c.line = line
			out = append(out, piece{call: c})
		default:
			first, _, _ := strings.Cut(n.String(), "}}")
			return nil, fault(line, "%s}}: conditions, loops and templates are not allowed; a body may only call %s", first, names())
		}
	}
	return out, alone(out, fault)
}

var definition = regexp.MustCompile(`\{\{-?\s*(define|block)\b`)

// definedAt finds where a body defines a template.
func definedAt(source string) int {
	if at := definition.FindStringIndex(source); at != nil {
		return at[0]
	}
	return -1
}

// oneCall reads an action as a call; message says why it is none.
func oneCall(n *parse.ActionNode) (c *call, message string) {
	if len(n.Pipe.Decl) > 0 {
		return nil, "variables are not allowed"
	}
	if len(n.Pipe.Cmds) != 1 {
		return nil, "pipes are not allowed"
	}
	args := n.Pipe.Cmds[0].Args
	id, ok := args[0].(*parse.IdentifierNode)
	if !ok {
		return nil, "does not begin with the name of a function; known are " + names()
	}
	form, ok := expressions[id.Ident]
	if !ok { // the parser refuses unknown names before; a builtin must not slip through if that ever changes
		return nil, "unknown function; known are " + names()
	}
	c = &call{name: id.Ident}
	for _, a := range args[1:] {
		s, ok := a.(*parse.StringNode)
		if !ok {
			return nil, "arguments are strings in quotes, not " + a.String()
		}
		c.args = append(c.args, s.Text)
	}
	if len(c.args) < form.least || len(c.args) > form.most {
		return nil, fmt.Sprintf("%s takes %s, not %d", c.name, arguments(form), len(c.args))
	}
	return c, ""
}

func arguments(a arity) string {
	if a.least == a.most {
		return strconv.Itoa(a.least) + " arguments"
	}
	return fmt.Sprintf("%d to %d arguments", a.least, a.most)
}

// alone checks that blocks stand on lines of their own: in the middle of a
// sentence a chart has no place.
func alone(pieces []piece, fault func(int, string, ...any) error) error {
	for i, p := range pieces {
		if p.call == nil || !expressions[p.call.name].block {
			continue
		}
		before, after := "", ""
		if i > 0 {
			before = pieces[i-1].text
			if pieces[i-1].call != nil {
				before = "…"
			}
		}
		if i < len(pieces)-1 {
			after = pieces[i+1].text
			if pieces[i+1].call != nil {
				after = "…"
			}
		}
		before = before[strings.LastIndexByte(before, '\n')+1:]
		after, _, _ = strings.Cut(after, "\n")
		if strings.TrimSpace(before) != "" || strings.TrimSpace(after) != "" {
			return fault(p.call.line, "{{%s}} must stand on a line of its own", p.call.name)
		}
	}
	return nil
}

var parseError = regexp.MustCompile(`^template: body:(\d+):(?:\d+:)? ?(?s:(.*))$`)

// parseFault turns an error of the parser into one with our file and line.
func parseFault(file string, err error) error {
	f := &artifact.Fault{File: file, Message: err.Error()}
	if m := parseError.FindStringSubmatch(err.Error()); m != nil {
		f.Line, _ = strconv.Atoi(m[1])
		f.Message = m[2]
	}
	if name, ok := strings.CutPrefix(f.Message, "function "); ok {
		if name, ok = strings.CutSuffix(name, " not defined"); ok {
			f.Message = "unknown function " + name + "; known are " + names()
		}
	}
	return f
}

// lineOf is the line of a byte of the source.
func lineOf(source string, at int) int {
	if at < 0 || at > len(source) {
		return 0
	}
	return 1 + strings.Count(source[:at], "\n")
}

// names lists the functions for messages.
func names() string {
	list := make([]string, 0, len(expressions))
	for name := range expressions {
		list = append(list, name)
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}
