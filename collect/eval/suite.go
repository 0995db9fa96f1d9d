package eval

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"benchsite/collect/artifact"
	"benchsite/collect/endpoint"
	"benchsite/collect/eval/code"

	"github.com/agnivade/levenshtein"
)

// Item is one question of a suite.
type Item struct {
	ID       string
	Messages []endpoint.Message
	Expected string // the key
	Type     string // number, exact, contains, choice, boxed, integer, regex, judge, text
	Category string // "" = none
	Lang     string // "" = not said
	Stem     string // items of one stem are one question in several forms; "" = its own

	Question string // what a judge is shown; "" = Messages
	Lead     int    // of a text: bytes at its head that only lead in

	// Items of one chain are asked one after another in the order of the suite;
	// "" = alone. Late builds what is sent from the records of the items before
	// this one in its chain and repeat; nil = Messages.
	Chain string
	Late  func(earlier []artifact.EvalRecord) []endpoint.Message

	// Code is what a program has to do, of the type code. Before is the code that
	// stands before it, from the items before this one in its chain; Earlier are
	// their records when the item is judged.
	Code     *code.Problem
	Before   func(earlier []artifact.EvalRecord) string
	Earlier  []artifact.EvalRecord
	Solution string            // a program that passes; "" = not known
	Labels   map[string]string // further groups in which scores are shown: platform
}

// Hash identifies the item by all that decides its outcome, so that two runs
// are paired on the same questions only.
func (it Item) Hash() string {
	if it.Lead > 0 {
		return hashOf(it.ID, it.Type, it.Expected, it.Messages, it.Lead)
	}
	return hashOf(it.ID, it.Type, it.Expected, it.Messages)
}

// PromptHash identifies what is sent.
func (it Item) PromptHash() string { return hashOf(it.Messages) }

func hashOf(parts ...any) string {
	b, err := json.Marshal(parts)
	if err != nil {
		panic("BUG: an item is always JSON: " + err.Error())
	}
	return artifact.SHA256(b)
}

// Suite is a set of questions with what is needed to ask and score them.
type Suite struct {
	Name    string
	Version string // of the questions and the prompt form; "" = the dataset's digest says it
	Items   []Item
	Of      int // items of the whole suite, of which Items may be a sample
	Dataset artifact.Dataset
	Prompt  string // the form into which questions are put, hashed into the protocol; "" = items carry their own
	Shots   int64
	Scorer  string   // default rule, as ScorerByName takes it
	Answer  int64    // output tokens that answers need without thoughts
	Think   int64    // and with them
	Hashes  bool     // texts must not be published: records keep hashes and verdicts
	Sampled bool     // Items are a stratified sample
	Sure    bool     // replies state how sure they are: the score has a calibration error
	Windows *Windows // of a set of texts, which is not asked but read; nil = questions
}

// ItemsHash identifies the set of items: SHA-256 over the sorted item hashes,
// joined by line ends.
func (s *Suite) ItemsHash() string {
	hashes := make([]string, 0, len(s.Items))
	for _, it := range s.Items {
		hashes = append(hashes, it.Hash())
	}
	slices.Sort(hashes)
	return artifact.SHA256([]byte(strings.Join(slices.Compact(hashes), "\n")))
}

// Keys are the answers by the text of the question, for a simulated model that
// has to know them.
func (s *Suite) Keys() map[string]string {
	out := make(map[string]string, len(s.Items))
	if s.Windows != nil { // nothing is asked
		return out
	}
	for i, it := range s.Items {
		key := it.Expected
		switch {
		case it.Code != nil && it.Solution == "":
			key = ""
		case it.Code != nil:
			key = "```python\n" + it.Solution + "\n```"
		case s.Sure:
			key = fmt.Sprintf("Explanation: it is simulated\nConfidence: %d%%\nAnswer: %s", 50+i*37%51, key)
		}
		out[it.Messages[len(it.Messages)-1].Content] = key
	}
	return out
}

// Need is how many output tokens a run of the suite should allow.
func (s *Suite) Need(thinking *bool) int64 {
	if thinking != nil && !*thinking {
		return s.Answer
	}
	return s.Think
}

// Limit returns the suite with at most n items: a sample that is the same each
// time, drawn within each category in proportion to its size, in the suite's
// order. n ≤ 0 keeps all.
func (s *Suite) Limit(n int) *Suite {
	out := *s
	if n <= 0 || n >= len(s.Items) {
		return &out
	}
	if slices.ContainsFunc(s.Items, func(it Item) bool { return it.Chain != "" }) {
		return s.limitChains(n)
	}
	groups := map[string][]int{}
	var names []string
	for i, it := range s.Items {
		if groups[it.Category] == nil {
			names = append(names, it.Category)
		}
		groups[it.Category] = append(groups[it.Category], i)
	}
	slices.Sort(names)
	random := rand.New(rand.NewPCG(uint64(len(s.Items)), uint64(n)))
	// The running share decides how many of each group are due, so that the
	// parts add up to n.
	var picked []int
	seen := 0
	for _, name := range names {
		group := groups[name]
		random.Shuffle(len(group), func(i, j int) { group[i], group[j] = group[j], group[i] })
		seen += len(group)
		due := seen*n/len(s.Items) - len(picked)
		picked = append(picked, group[:due]...)
	}
	slices.Sort(picked)
	out.Items, out.Sampled = nil, true
	for _, i := range picked {
		out.Items = append(out.Items, s.Items[i])
	}
	return &out
}

// limitChains keeps whole chains, drawn at random, until n items are there: a step
// without those before it is another question.
func (s *Suite) limitChains(n int) *Suite {
	var chains []string
	for _, it := range s.Items {
		if !slices.Contains(chains, it.Chain) {
			chains = append(chains, it.Chain)
		}
	}
	random := rand.New(rand.NewPCG(uint64(len(s.Items)), uint64(n)))
	random.Shuffle(len(chains), func(i, j int) { chains[i], chains[j] = chains[j], chains[i] })
	out := *s
	for k := 1; k <= len(chains); k++ {
		out.Items = slices.DeleteFunc(slices.Clone(s.Items), func(it Item) bool { return !slices.Contains(chains[:k], it.Chain) })
		if len(out.Items) >= n {
			break
		}
	}
	return &out
}

// NotRun says why a suite could not be had, in a sentence that names the remedy.
// The evaluation is then recorded as not run: nothing else is wrong.
type NotRun struct {
	Suite   string
	Why     Why
	Reason  string // for people, in English
	Dataset string // the data that are missing; "" when something else is
}

// Why is the kind of reason for which a suite was not run. Pages word it in both
// languages; one that they do not know is shown by its Reason.
type Why string

// The kinds of reasons that lie in the data.
const (
	WhyGated   Why = "gated"   // access must be asked for
	WhyOffline Why = "offline" // the Hub cannot be reached
	WhyMissing Why = "missing" // a file is not there
	WhyBroken  Why = "broken"  // a file cannot be read, or did not come in whole
	WhyChanged Why = "changed" // not the data that were published
)

// The kinds that lie elsewhere.
const (
	WhyUnrated   Why = "unrated"   // the server does not say how probable a text is
	WhyUnjudged  Why = "unjudged"  // answers wait for a judge model
	WhyIsolation Why = "isolation" // programs cannot be run apart from the rest of the machine
	WhyPackages  Why = "packages"  // the box lacks what programs need
)

func (e *NotRun) Error() string { return e.Suite + " was not run: " + e.Reason }

// SuiteNames lists the suites that are known by name.
func SuiteNames() []string {
	names := slices.Sorted(maps.Keys(builtin))
	for _, s := range standards {
		names = append(names, s.name)
	}
	// A window of dates may follow: livecodebench-v6-2024-10-2025-03.
	names = append(names, "livecodebench-v5", "livecodebench-v6")
	for _, split := range []string{"scicode-test", "scicode-dev", "scicode-all"} {
		names = append(names, split, split+"-background")
	}
	return names
}

// Known reports whether a name is that of a suite.
func Known(name string) bool {
	_, dated := parseLCB(name)
	return dated || slices.Contains(SuiteNames(), name)
}

// LoadSuite finds a suite by name, or reads a file that ends in .jsonl. The error
// is a *NotRun when the suite is known and its questions cannot be had.
func LoadSuite(ctx context.Context, ref string, from Source) (*Suite, error) {
	if IsFile(ref) {
		return readFile(ref, from)
	}
	if data, ok := builtin[ref]; ok {
		return builtinSuite(ref, data)
	}
	for _, s := range standards {
		if s.name == ref {
			return s.load(ctx, from)
		}
	}
	if l, ok := parseLCB(ref); ok {
		return l.load(ctx, from)
	}
	if c, ok := parseSciCode(ref); ok {
		return c.load(ctx, from)
	}
	return nil, unknownSuite(ref)
}

// unknownSuite words a name that is neither a suite nor a file.
func unknownSuite(name string) error {
	best, cost := "", 5
	for _, k := range SuiteNames() {
		if d := levenshtein.ComputeDistance(name, k); d < cost {
			best, cost = k, d
		}
	}
	hint := ""
	if best != "" {
		hint = fmt.Sprintf(" (did you mean %s?)", best)
	}
	return fmt.Errorf("%q is no suite%s; there are %s, or a file that ends in .jsonl", name, hint, strings.Join(SuiteNames(), ", "))
}
