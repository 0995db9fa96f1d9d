package load

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"

	"benchsite/collect/endpoint"
)

// PromptStride is how far the first prompts of two points lie apart: a server
// with a prefix cache must not know a prompt or a shared prefix from the point
// before.
const PromptStride = 1 << 20

// Random makes prompts of a wanted number of tokens out of common short words.
// They say nothing; what they have is a length. How many tokens a word takes
// and how many the chat template adds is for the server to say (Calibrated), so
// no tokenizer is needed.
type Random struct {
	Seed         uint64
	Drawn        bool // the seed was drawn for this run and is no part of the protocol
	InputTokens  int  // tokens of a prompt as the server counts them, 0 = DefaultInputTokens
	Spread       int  // each prompt is up to so many tokens longer or shorter
	PrefixTokens int  // of InputTokens, these begin the prompt and are shared within a group
	Groups       int  // prompts share their prefix with every Groups-th other, 0 = 1

	fit Fit
}

// Fit says how text becomes tokens on one server: tokens = Overhead + PerWord ×
// words of lexicon. The zero value is a guess.
type Fit struct {
	Overhead float64 // chat template and what it adds
	PerWord  float64
}

// words returns how many words make so many tokens.
func (f Fit) words(tokens int) int {
	per := f.PerWord
	if per <= 0 {
		per = 1
	}
	return max(int(math.Round((float64(tokens)-f.Overhead)/per)), 1)
}

// Calibrated is a workload whose prompts have a wanted length in tokens. Probe
// is a prompt of so many words; With returns the workload for a server on which
// words and tokens relate as fitted; Target is the usual length.
type Calibrated interface {
	Workload
	Probe(seed uint64, words int) []endpoint.Message
	With(Fit) Workload
	Target() int
}

// Describe implements Workload.
func (w Random) Describe() Description {
	d := Description{Kind: "random", InputTokens: w.Target(), More: map[string]any{}}
	if !w.Drawn {
		d.SHA256 = sum(fmt.Appendf(nil, "random v1 seed %d", w.Seed))
	}
	if w.Spread > 0 {
		d.More["input_tokens_spread"] = w.Spread
	}
	if w.PrefixTokens > 0 {
		d.Kind = "shared-prefix"
		d.More["prefix_tokens"], d.More["prefix_groups"] = w.PrefixTokens, w.groups()
	}
	return d
}

// Target implements Calibrated.
func (w Random) Target() int {
	if w.InputTokens > 0 {
		return w.InputTokens
	}
	return DefaultInputTokens
}

func (w Random) groups() int { return max(w.Groups, 1) }

// With implements Calibrated.
func (w Random) With(f Fit) Workload { w.fit = f; return w }

// Probe implements Calibrated.
func (w Random) Probe(seed uint64, words int) []endpoint.Message {
	r := rand.New(rand.NewPCG(w.Seed^0x9e0be, seed))
	return endpoint.User(prose(r, words))
}

// Messages implements Workload.
func (w Random) Messages(i int) []endpoint.Message {
	r := rand.New(rand.NewPCG(w.Seed, uint64(i)))
	target := w.Target()
	if w.Spread > 0 {
		target += r.IntN(2*w.Spread+1) - w.Spread
	}
	words := w.fit.words(target)
	if w.PrefixTokens <= 0 {
		return endpoint.User(distinct(r, i, words))
	}
	group := i/PromptStride*w.groups() + i%w.groups()
	shared := Fit{PerWord: w.fit.PerWord}.words(w.PrefixTokens)
	prefix := distinct(rand.New(rand.NewPCG(w.Seed^0x9f1e, uint64(group))), group, shared)
	return endpoint.User(prefix + " " + distinct(r, i, max(words-shared, 1)))
}

// rehearsal implements rehearser.
func (w Random) rehearsal() Workload { w.Seed ^= 0x77a2; return w }

// distinct is prose whose first words spell i, so that no two prompts begin
// alike, however many are drawn.
func distinct(r *rand.Rand, i, words int) string {
	var head []string
	for n := uint(i); len(head) < min(words, 5); n /= uint(len(lexicon)) {
		head = append(head, lexicon[n%uint(len(lexicon))])
	}
	if words <= len(head) {
		return strings.Join(head, " ")
	}
	return strings.Join(head, " ") + " " + prose(r, words-len(head))
}

func prose(r *rand.Rand, words int) string {
	var b strings.Builder
	for n := range words {
		if n > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(lexicon[r.IntN(len(lexicon))])
	}
	return b.String()
}

// lexicon holds words that byte-pair encodings keep whole.
var lexicon = strings.Fields(`able also area away baby back ball band bank base bath bear beat been bell best bird
blue boat body bone book born both bowl burn busy cake call came camp card care case cash cast cell city club coal coat
code cold come cook cool copy corn cost crew crop dark data date dawn days dead deal dear deep desk diet disk door down
draw drop dust duty each earn east easy edge else even ever exit face fact fair fall farm fast fear feed feel feet file
fill film find fine fire firm fish five flat flow food foot ford form four free from fuel full fund gain game gate gave
gift girl give glad goal goes gold golf gone good grew grow hair half hall hand hard harm have head hear heat held help
here hero high hill hold hole home hope host hour huge idea inch into iron item join jump jury just keep kept kind king
knee knew know lack lady lake land lane last late lead left less life lift like line link list live load loan lock long
look lord lose loss lost love luck made mail main make male many mark mass meal mean meat meet menu mile milk mind mine
miss mode mood moon more most move much name near neck need news next nice nine node none note once only open oral over
pace pack page paid pain pair palm park part pass past path peak pick pink pipe plan play plot plus pool poor port post`)

func (w Random) seed() uint64 { return w.Seed }
