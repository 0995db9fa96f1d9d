package eval

import (
	"fmt"
	"slices"
	"strings"

	"benchsite/collect/artifact"

	"github.com/agnivade/levenshtein"
)

// Reply is what a scorer may look at: the item's type and key, and what the
// model said.
type Reply struct {
	Type         string // number, exact, contains …; empty where the suite has one kind only
	Expected     string
	Output       string // the whole reply, thoughts included when the server did not set them apart
	FinishReason string // as the server said it; empty when unknown
}

// Verdict is the outcome with the answer that was read, nil when none was
// found, and the scorer's own words on why.
type Verdict struct {
	Outcome   artifact.Outcome
	Extracted *string
	Detail    string
}

// Scorer is a rule, frozen by its version.
type Scorer struct {
	Name    string
	Version string
	Rule    string   // what it does, one sentence
	Types   []string // item types that it can score; nil for any
	Judged  bool     // items of the type judge, or all, are left to a judge model
	score   func(Reply) Verdict
}

// String is the form that stands in a protocol: "decidable v1".
func (s Scorer) String() string { return s.Name + " v" + s.Version }

// Score applies the rule. It reads nothing but r.
func (s Scorer) Score(r Reply) Verdict {
	if s.Types != nil && !slices.Contains(s.Types, r.Type) {
		return Verdict{Outcome: artifact.OutcomeError, Detail: fmt.Sprintf("%s does not score the type %q", s, r.Type)}
	}
	return s.score(r)
}

// Unfit says that a rule cannot decide items of a suite, whatever the replies.
type Unfit struct{ Reason string }

func (e *Unfit) Error() string { return e.Reason }

// unfit says why the rule cannot decide an item of this type and key, "" when it
// can.
func (s Scorer) unfit(kind, expected string) string {
	if v := s.Score(Reply{Type: kind, Expected: expected, Output: "x"}); v.Outcome == artifact.OutcomeError {
		return v.Detail
	}
	return ""
}

// Fits returns an *Unfit when the rule cannot decide an item of the suite. Items
// that a judge or a program decides are not its business.
func (s Scorer) Fits(suite *Suite) error {
	bad := 0
	var first Item
	var why string
	for _, it := range suite.Items {
		if it.Type == CodeType || it.Type == typeText || s.judges(it.Type) {
			continue
		}
		if reason := s.unfit(it.Type, it.Expected); reason != "" {
			if bad++; bad == 1 {
				first, why = it, reason
			}
		}
	}
	if bad == 0 {
		return nil
	}
	return &Unfit{fmt.Sprintf("%s does not fit %d of the %d items of %s: of item %s %s (%q)", s, bad, len(suite.Items), suite.Name, first.ID, why, short(first.Expected))}
}

func short(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// Scorers lists every rule, in the order of their names.
func Scorers() []Scorer {
	return []Scorer{
		{Name: "boxed", Version: "1", score: scoreBoxed,
			Rule: `the text in the last \boxed{}, or in the $…$ or $$…$$ that is the whole reply, equals the key but for LaTeX white space; a reply that the lm-eval maths rule accepts stays accepted`},
		{Name: "boxed", Version: "2", score: scoreBoxed2,
			Rule: `the answer in the last \boxed{}, else the last formula, means the same as the key: numbers exactly, expressions by value, units that one side leaves out, tuples in order, sets in any order; three-valued, and undecided is not correct`},
		{Name: "choice", Version: "1", score: scoreChoice,
			Rule: "the last letter that is named in a form of a closed list (answer is X, 答案是 X, 故选 X, a box, a line of the letter alone)"},
		{Name: "code", Version: "1", score: codeRule, Types: codeTypes,
			Rule: "the last Python fence of the reply is run, isolated, and passes every test of the item; outputs by the rule of LiveCodeBench, values by =="},
		{Name: "code-steps", Version: "1", score: codeRule, Types: codeTypes,
			Rule: "as code, each step with the code of the steps before it; a main problem counts when all of its steps pass"},
		{Name: "contains", Version: "1", score: scoreContains,
			Rule: "the key stands in the reply on token borders"},
		{Name: "contains-lenient", Version: "1", score: scoreContainsLenient,
			Rule: "as contains, full-width characters read as half-width and any white space as one space"},
		{Name: "decidable", Version: "1", score: scoreDecidable, Types: decidableTypes,
			Rule: "thoughts and outer space removed; exact is equal byte by byte, contains is on token borders, number is the whole reply as an exact decimal"},
		{Name: "decidable-lenient", Version: "1", score: scoreLenient, Types: decidableTypes,
			Rule: "as decidable, and one pair of outer quotes or one code fence is removed first"},
		{Name: "exact", Version: "1", score: scoreExact,
			Rule: "the reply, thoughts and outer space removed, equals the key byte by byte"},
		{Name: "exact-lenient", Version: "1", score: scoreExactLenient,
			Rule: "as exact, after quotes, a code fence, bold, a final stop and full-width forms that the key does not have"},
		{Name: "integer", Version: "1", score: scoreInteger,
			Rule: `an integer from 0 to 999 in the last \boxed{}, else after the last word for an answer, else as the last line`},
		{Name: "judge", Version: "1", score: scoreJudge, Judged: true,
			Rule: "a judge model, named in the run, says whether the answer agrees with the key: yes, no, or nothing that can be read, which is neither"},
		{Name: "legacy-2025", Version: "1", score: scoreLegacy, Types: decidableTypes,
			Rule: "the rule of eval_openai_accuracy.py, faults included: numbers are cut after three digits, punctuation is dropped, thoughts are read"},
		{Name: "number", Version: "1", score: scoreNumber,
			Rule: "the number on which the reply ends, compared exactly: separators, fractions, percent, powers of ten, full-width digits and Chinese numerals are read"},
		{Name: "perplexity", Version: "1", score: scoreText, Types: []string{typeText},
			Rule: "the likelihood of a text by the server's own probabilities of its tokens; the first token of each window, which nothing precedes, is left out"},
		{Name: "regex", Version: "1", score: scoreRegex,
			Rule: "the key is a regular expression that matches the whole reply"},
		{Name: "typed", Version: "1", score: scoreTyped, Types: typedTypes, Judged: true,
			Rule: "each item by the rule of its type: number, exact, contains, choice, boxed, integer, regex, judge"},
		{Name: "typed-lenient", Version: "1", score: scoreTypedLenient, Types: typedTypes, Judged: true,
			Rule: "as typed, with the lenient forms of exact and contains"},
	}
}

// ScorerByName finds a rule by "decidable@1" or "decidable v1"; a name alone is
// its first version, so that a command keeps its meaning.
func ScorerByName(ref string) (Scorer, error) {
	name, version := strings.TrimSpace(ref), ""
	if before, after, ok := strings.Cut(name, "@"); ok {
		name, version = before, after
	} else if i := strings.LastIndex(name, " v"); i > 0 {
		name, version = name[:i], name[i+2:]
	}
	var all []string
	best, bestDistance := "", 4
	for _, s := range Scorers() {
		if s.Name == name && (version == "" || version == s.Version) {
			return s, nil
		}
		if d := levenshtein.ComputeDistance(name, s.Name); d < bestDistance {
			best, bestDistance = s.Name, d
		}
		all = append(all, s.Name+"@"+s.Version)
	}
	hint := ""
	if best != "" && best != name {
		hint = fmt.Sprintf(" (did you mean %s?)", best)
	}
	return Scorer{}, fmt.Errorf("unknown scorer %q%s; there are %s", ref, hint, strings.Join(all, ", "))
}

// found is a verdict on an answer that was read.
func found(ok bool, answer, detail string) Verdict {
	o := artifact.OutcomeWrong
	if ok {
		o = artifact.OutcomeCorrect
	}
	return Verdict{Outcome: o, Extracted: &answer, Detail: detail}
}

// notCut turns a verdict that is not correct into truncated when the server said
// that the reply hit the token limit.
func notCut(v Verdict, r Reply) Verdict {
	if r.FinishReason == "length" && v.Outcome != artifact.OutcomeCorrect && v.Outcome != artifact.OutcomeError {
		v.Outcome, v.Detail = artifact.OutcomeTruncated, "cut at the token limit"
	}
	return v
}

// longest is how much of a reply is searched for its final answer, in bytes from
// the end: a reply that repeats itself for a megabyte must not hold a run up.
const longest = 32 << 10

// endOf is the end of a long answer, from the begin of a line where there is one.
func endOf(answer string) string {
	if len(answer) <= longest {
		return answer
	}
	answer = answer[len(answer)-longest:]
	if i := strings.IndexByte(answer, '\n'); i >= 0 && i < longest/2 {
		return answer[i+1:]
	}
	return strings.ToValidUTF8(answer, "")
}

// answerOf removes thoughts and outer space. Without an answer the verdict is
// set.
func answerOf(r Reply) (string, *Verdict) {
	answer, _, open := SplitThink(r.Output)
	answer = strings.TrimSpace(answer)
	switch {
	case open:
		return "", &Verdict{Outcome: artifact.OutcomeTruncated, Detail: "think is not closed"}
	case answer == "":
		v := notCut(Verdict{Outcome: artifact.OutcomeUnparsed, Detail: "no answer"}, r)
		return "", &v
	}
	return answer, nil
}
