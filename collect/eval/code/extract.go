package code

import (
	"regexp"
	"slices"
	"strings"
)

// Found says how the program of a reply was found.
type Found string

// The ways in which a program is found, or is not.
const (
	FoundFence      Found = "fence"      // a fence that is closed
	FoundUnfinished Found = "unfinished" // a fence that the reply leaves open
	FoundBare       Found = "bare"       // no fence: the reply itself is code
	FoundNone       Found = ""           // no program
)

// Extract finds the Python program in a reply from which thoughts were removed.
//
// The rule, version 1: of the closed fences that are Python (tagged so; without
// any tagged one, those that read like Python), the last one that defines one of
// the wanted names, else the last one. A markdown fence is read for the fences in
// it. Without a closed one, a fence that stays open; without any fence, the lines
// of the reply that are code. Fences are ``` or ~~~ of any length and
// indentation, and [PYTHON] … [/PYTHON].
func Extract(reply string, wanted ...string) (program string, how Found) {
	reply = strings.ReplaceAll(strings.TrimPrefix(reply, "\ufeff"), "\r\n", "\n")
	blocks := fences(reply)
	for _, closed := range []bool{true, false} {
		for _, sure := range []bool{true, false} {
			at := -1
			for i, b := range blocks {
				if b.closed != closed || b.python() != sure || !sure && !b.readsLikePython() {
					continue
				}
				if at < 0 || defines(b.text, wanted) || !defines(blocks[at].text, wanted) {
					at = i
				}
			}
			if at >= 0 {
				how = FoundFence
				if !closed {
					how = FoundUnfinished
				}
				return blocks[at].text, how
			}
		}
	}
	if len(blocks) > 0 {
		return "", FoundNone
	}
	if text := bare(reply); text != "" {
		return text, FoundBare
	}
	return "", FoundNone
}

// ExtractOfficial is the rule of LiveCodeBench: what stands between the last two
// lines that hold ```. It loses the program when an example output is fenced
// after it, and when the closing fence is cut off.
func ExtractOfficial(reply string) (program string, how Found) {
	lines := strings.Split(reply, "\n")
	var at []int
	for i, l := range lines {
		if strings.Contains(l, "```") {
			at = append(at, i)
		}
	}
	if len(at) < 2 {
		return "", FoundNone
	}
	from, to := at[len(at)-2], at[len(at)-1]
	return strings.Join(lines[from+1:to], "\n"), FoundFence
}

// block is one fenced part of a reply.
type block struct {
	lang   string // first word after the fence, in lower case
	text   string
	closed bool
}

var (
	// A fence may follow words on its line, as in "Here it is: ```python".
	openForm  = regexp.MustCompile("^([ \t]*)(?:[-*>] +|[0-9]+[.)] +)?(.*?)(`{3,}|~{3,})[ \t]*([^`~]*)$")
	lineForm  = regexp.MustCompile("^[^`]*```[ \t]*(?:(python3?|py)[ \t]+)?([^`]+)```[ \t.]*$")
	tagForm   = regexp.MustCompile(`(?i)^[ \t]*\[(/?)PYTHON\][ \t]*$`)
	pythonTag = []string{"python", "python3", "py", "py3", "python2", "pypy", "pypy3", "cpython", "ipython", "ipython3", "sage"}
	proseTag  = []string{"markdown", "md", "mdx"}
)

// fences cuts the fenced blocks out of a text. An opening fence with a language
// inside an open block begins a new one: models forget to close.
func fences(text string) []block {
	var out []block
	var open *block
	var body []string
	var fence, indent string
	end := func(closed bool) {
		open.text, open.closed = dedent(body, indent), closed
		if slices.Contains(proseTag, open.lang) {
			out = append(out, fences(open.text)...)
		} else {
			out = append(out, *open)
		}
		open, body = nil, nil
	}
	begin := func(f, in, info string) {
		fence, indent = f, in
		open = &block{lang: language(info)}
	}
	for _, line := range strings.Split(text, "\n") {
		if m := tagForm.FindStringSubmatch(line); m != nil {
			switch {
			case m[1] == "" && open == nil:
				begin("[", "", "python")
				continue
			case m[1] == "/" && open != nil && fence == "[":
				end(true)
				continue
			}
		}
		m := openForm.FindStringSubmatch(line)
		whole := lineForm.FindStringSubmatch(line)
		switch {
		case open == nil && whole != nil:
			if whole[1] != "" { // else a word within a sentence
				out = append(out, block{"python", strings.TrimSpace(whole[2]), true})
			}
		case open == nil && m != nil:
			begin(m[3], m[1], m[4])
		case open == nil:
		case m != nil && fence != "[" && closes(m, fence, indent):
			end(true)
		case m != nil && m[2] == "" && m[3][0] == fence[0] && len(m[3]) >= len(fence) && isLanguage(language(m[4])) && !slices.Contains(proseTag, open.lang):
			end(true)
			begin(m[3], m[1], m[4])
		default:
			body = append(body, line)
		}
	}
	if open != nil {
		// A fence that hangs on the last line of code closes too, where no other does.
		for i := len(body) - 1; i >= 0 && fence != "["; i-- {
			if s := strings.TrimRight(body[i], " \t"); strings.HasSuffix(s, fence) {
				body = append(body[:i:i], strings.TrimSuffix(s, fence))
				end(true)
				return out
			}
		}
		end(false)
	}
	return out
}

// closes reports whether a fence line ends the block: the same sign, at least as
// long, nothing after it, and not set deeper than code would be.
func closes(m []string, fence, indent string) bool {
	return m[2] == "" && m[3][0] == fence[0] && len(m[3]) >= len(fence) && strings.TrimSpace(m[4]) == "" && width(m[1]) <= width(indent)+3
}

func width(indent string) int { return len(strings.ReplaceAll(indent, "\t", "    ")) }

// language is the first word after a fence: "python title=x", "{.python}".
func language(info string) string {
	f := strings.FieldsFunc(strings.ToLower(info), func(r rune) bool { return strings.ContainsRune(" \t{}.,:;=()", r) })
	if len(f) == 0 {
		return ""
	}
	return f[0]
}

func isLanguage(s string) bool {
	return slices.Contains(pythonTag, s) || slices.Contains(proseTag, s) ||
		slices.Contains([]string{"text", "txt", "plaintext", "output", "bash", "sh", "shell", "console", "json", "cpp", "c++", "c", "java", "javascript", "js", "go", "rust"}, s)
}

// dedent takes the indentation of the opening fence, or what is common to all
// lines if that is less, off every line.
func dedent(lines []string, indent string) string {
	n := len(indent)
	for _, l := range lines {
		if strings.TrimSpace(l) != "" {
			n = min(n, len(l)-len(strings.TrimLeft(l, " \t")))
		}
	}
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = l[min(n, len(l)):]
	}
	return strings.Trim(strings.Join(out, "\n"), "\n")
}

func (b block) python() bool {
	return slices.Contains(pythonTag, b.lang) && strings.TrimSpace(b.text) != ""
}

func (b block) readsLikePython() bool {
	return (b.lang == "" || !isLanguage(b.lang) && b.lang == "code") && readsLikePython(b.text)
}

var (
	statement = regexp.MustCompile(`(?m)^[ \t]*(?:def \w+\(|async def |class \w+.*:|import \w+|from [\w.]+ import |for .+:|while .+:|if .+:|with .+:|try:|return\b|print\(|@\w+|raise \w+)|\b(?:input\(\)|sys\.std(?:in|out)\b)`)
	assigned  = regexp.MustCompile(`(?m)^[A-Za-z_][\w.,\[\] ]*(?:[-+*/%|&^]|//|\*\*)?= ?\S`)
	foreign   = regexp.MustCompile(`(?m)^[ \t]*(?:#include\b|using namespace\b|public (?:static|class)\b|package \w+;?$|func \w+\(|fn \w+\(|>>> |\$ |In \[\d+\]:)|;[ \t]*$|\{[ \t]*$`)
)

// readsLikePython tells a program from an output, a session or another language.
func readsLikePython(text string) bool {
	if len(foreign.FindAllStringIndex(text, 3)) > 1 || strings.Contains(text, ">>> ") {
		return false
	}
	return statement.MatchString(text) || assigned.MatchString(text)
}

// defines reports whether a program defines one of the names at its outer level.
func defines(program string, names []string) bool {
	for _, n := range names {
		if n == "" {
			continue
		}
		if regexp.MustCompile(`(?m)^(?:(?:async )?def|class) ` + regexp.QuoteMeta(n) + `\b|^` + regexp.QuoteMeta(n) + ` *=[^=]`).MatchString(program) {
			return true
		}
	}
	return false
}

var (
	codeStart = regexp.MustCompile(`^(?:import \w|from [\w.]+ import |(?:async )?def \w+\(|class \w+.*:|@\w+|#!|if __name__|print\(|[A-Za-z_][\w, ]*= ?(?:\w+\(|\[|\{|\d|["']))`)
	codeLine  = regexp.MustCompile(`^(?:[ \t]|$|#|\)|\]|\}|else\b|elif\b|except\b|finally\b|try:|(?:for|while|if|with)\b.*:|(?:return|pass|break|continue|raise|assert|global|del)\b|[\w.\[\]]+\(.*\)|[\w.\[\]"', ]+(?:[-+*/%|&^]|//|\*\*)?= ?\S|"""|''')`)
	codeProof = regexp.MustCompile(`(?m)^(?:import \w|from [\w.]+ import |(?:async )?def \w+\(|class \w+.*:|print\()|\binput\(\)`)
)

// bare finds the code of a reply without fences: from the first line that can
// only be code to the last before prose.
func bare(text string) string {
	lines := strings.Split(text, "\n")
	from := slices.IndexFunc(lines, codeStart.MatchString)
	if from < 0 {
		return ""
	}
	to, quoted := from, false
	for to < len(lines) {
		l := lines[to]
		if !quoted && !codeStart.MatchString(l) && !codeLine.MatchString(l) {
			break
		}
		if n := strings.Count(l, `"""`) + strings.Count(l, "'''"); n%2 == 1 {
			quoted = !quoted
		}
		to++
	}
	code := strings.TrimRight(strings.Join(lines[from:to], "\n"), " \t\n")
	if !codeProof.MatchString(code) {
		return ""
	}
	return code
}
