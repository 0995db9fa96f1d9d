package load

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"benchsite/collect/endpoint"
)

// DefaultInputTokens is the length of a synthetic prompt when none is wanted.
const DefaultInputTokens = 128

// Synthetic makes distinct prompts that read like questions of a user. Each
// begins with a sentence of its own, so that no two share a cached prefix
// beyond the chat template.
type Synthetic struct {
	Seed        uint64
	Drawn       bool // the seed was drawn for this run and is no part of the protocol
	InputTokens int  // about so many tokens, 0 = DefaultInputTokens

	warm bool
}

// Describe implements Workload. The version names the generator's text: with
// another text the same seed gives other prompts.
func (w Synthetic) Describe() Description {
	d := Description{Kind: "synthetic", InputTokens: w.target()}
	if !w.Drawn {
		d.SHA256 = sum(fmt.Appendf(nil, "synthetic v1 seed %d", w.Seed))
	}
	return d
}

// rehearsal implements rehearser.
func (w Synthetic) rehearsal() Workload {
	w.Seed ^= 0x77a2
	w.warm = true
	return w
}

func (w Synthetic) target() int {
	if w.InputTokens > 0 {
		return w.InputTokens
	}
	return DefaultInputTokens
}

// wordsPerToken is a rule of thumb for English text in byte-pair encodings.
const wordsPerToken = 0.75

// Messages implements Workload.
func (w Synthetic) Messages(i int) []endpoint.Message {
	r := rand.New(rand.NewPCG(w.Seed, uint64(i)))
	pick := func(list []string) string { return list[r.IntN(len(list))] }
	var b strings.Builder
	label := "Case"
	if w.warm {
		label = "Rehearsal"
	}
	fmt.Fprintf(&b, "%s %06x-%d: %s %s has %s.", label, r.Uint32()&0xffffff, i, pick(owners), pick(things), pick(troubles))
	words := len(strings.Fields(b.String()))
	ending := " " + pick(tasks) + " " + pick(forms)
	limit := int(float64(w.target())*wordsPerToken) - len(strings.Fields(ending))
	for words < limit {
		s := fmt.Sprintf(" On day %d %s saw %d %s, %s.", 1+r.IntN(365), pick(people), 2+r.IntN(997), pick(events), pick(remarks))
		b.WriteString(s)
		words += len(strings.Fields(s))
	}
	b.WriteString(ending)
	return endpoint.User(b.String())
}

var (
	owners = strings.Split("A library|A small bakery|The city tram|A mountain hut|An island school|The night market|A bicycle shop|The harbor office|"+
		"A family farm|The weather station|A chess club|The village clinic|A printing house|The botanical garden|A repair cafe|The observatory", "|")
	things = strings.Split("with three rooms|on a hill|near the river|open since spring|run by volunteers|with one long counter|without a manager|"+
		"of forty members|next to the station|with a glass roof|older than its records|that never closes", "|")
	troubles = strings.Split("more visitors than seats|a budget that ends in autumn|two plans that contradict each other|a machine that stops at noon|"+
		"numbers that do not add up|a shelf nobody can reach|letters in four languages|a queue that grows every hour|a clock that runs late|"+
		"a promise it cannot keep|spare parts for the wrong model|a map with one road missing", "|")
	people  = strings.Split("the keeper|a visitor|the night shift|an apprentice|the neighbor|the accountant|a passing engineer|the youngest member", "|")
	events  = strings.Split("broken crates|late deliveries|open questions|unread letters|wet footprints|returned books|empty bottles|torn tickets|new names|odd sounds", "|")
	remarks = strings.Split("which was more than the week before|and wrote none of it down|though the door had been locked|while the rain went on|"+
		"half of them before breakfast|and nobody had an explanation|just as the forecast had said|but only on the upper floor", "|")
	tasks = strings.Split("Explain what should be done first and why.|Write a plan for the next month.|Describe the most likely cause and how to test it.|"+
		"Compare two ways out and choose one.|Draft a letter to everyone concerned.|Tell the story from the view of a newcomer.|List the risks from the greatest to the smallest.|"+
		"Work out what it costs to wait another year.", "|")
	forms = strings.Split("Use plain words and short paragraphs.|Give reasons for each step.|Begin with the conclusion.|Name what you do not know.|"+
		"End with three questions.|Keep the tone friendly.|Use numbers where you can.|Write for a reader in a hurry.", "|")
)

func (w Synthetic) seed() uint64 { return w.Seed }
