package load

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"benchsite/collect/endpoint"
)

// Conversations makes dialogues of several turns out of random words. Each turn
// sends all that was said before, with the answers as the server gave them, and
// a new question; a server with a prefix cache computes only what is new.
type Conversations struct {
	Random     // InputTokens is the length of the first prompt and of what each further turn adds
	Length int // turns of a conversation, at least 1
}

// Turns implements Dialogue.
func (w Conversations) Turns(int) int { return max(w.Length, 1) }

// Turn implements Dialogue.
func (w Conversations) Turn(session, turn int) []endpoint.Message {
	if turn == 0 {
		return w.Random.Messages(session)
	}
	r := rand.New(rand.NewPCG(w.Seed^uint64(turn)<<32, uint64(session)))
	return endpoint.User(prose(r, Fit{PerWord: w.fit.PerWord}.words(w.Target())))
}

// With implements Calibrated.
func (w Conversations) With(f Fit) Workload { w.fit = f; return w }

// Describe implements Workload.
func (w Conversations) Describe() Description {
	d := w.Random.Describe()
	d.Kind, d.More["turns"] = "multi-turn", w.Turns(0)
	if !w.Drawn {
		d.SHA256 = sum(fmt.Appendf(nil, "conversations v1 seed %d", w.Seed))
	}
	return d
}

// rehearsal implements rehearser: a warm-up has no use for a second turn.
func (w Conversations) rehearsal() Workload { return w.Random.rehearsal() }

// byTurn tells the turns of conversations apart, for source.extra: the first
// meets a cold cache, the others one that knows what was said.
func byTurn(obs []Observation) []any {
	type figures struct {
		ttft                   []float64
		requests               int64
		prompt, cached, counts int64
	}
	var turns []*figures
	for _, o := range obs {
		_, last, _ := cutLast(o.Record.RequestID, ".")
		turn, err := strconv.Atoi(last)
		if err != nil || turn < 1 || !o.completed() {
			continue
		}
		for len(turns) < turn {
			turns = append(turns, &figures{})
		}
		f := turns[turn-1]
		f.requests++
		if r := o.Record; r.FirstS != nil {
			f.ttft = append(f.ttft, *r.FirstS-*r.SentS)
		}
		if r := o.Record; r.PromptTokens != nil && r.Cached != nil {
			f.prompt, f.cached, f.counts = f.prompt+*r.PromptTokens, f.cached+*r.Cached, f.counts+1
		}
	}
	out := []any{}
	for i, f := range turns {
		m := map[string]any{"turn": i + 1, "requests": f.requests}
		if d := Distribution(f.ttft); d != nil {
			m["ttft_p50_s"] = *d.P50
		}
		if f.counts > 0 && f.prompt > 0 {
			m["prompt_tokens_mean"] = places(float64(f.prompt)/float64(f.counts), 1)
			m["cached_share"] = places(float64(f.cached)/float64(f.prompt), 4)
		}
		out = append(out, m)
	}
	return out
}

func cutLast(s, sep string) (before, after string, ok bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}
