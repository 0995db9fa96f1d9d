package eval

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"benchsite/collect/artifact"
	"benchsite/collect/endpoint"
)

// IsFile reports whether a suite is named by its file.
func IsFile(ref string) bool {
	return strings.HasSuffix(ref, ".jsonl") || strings.HasSuffix(ref, ".txt")
}

// readFile reads a suite of questions or a set of texts.
func readFile(path string, from Source) (*Suite, error) {
	if filepath.Ext(path) == ".txt" {
		return ReadTexts(path, from.Windows)
	}
	texts, err := holdsTexts(path)
	if err != nil {
		return nil, err
	}
	if texts {
		return ReadTexts(path, from.Windows)
	}
	return ReadSuite(path)
}

// textProtocol is what two runs over texts must share. Their number of tokens is
// added when it is known: another tokenizer makes another number of them, and a
// perplexity is of a token.
func (s Spec) textProtocol() map[string]any {
	p := map[string]any{
		"task": s.Suite.Name, "items_sha256": s.Suite.ItemsHash(), "scorer": s.Scorer.String(),
		"window_bytes": int64(s.Suite.Windows.Bytes), "stride_bytes": int64(s.Suite.Windows.Stride),
	}
	for key, v := range map[string]*string{"dataset": s.Suite.Dataset.Name, "dataset_revision": s.Suite.Dataset.Revision, "dataset_sha256": s.Suite.Dataset.SHA256} {
		if v != nil {
			p[key] = *v
		}
	}
	if len(s.Suite.Items) < s.Suite.Of {
		p["limit"] = int64(len(s.Suite.Items))
	}
	for k, v := range s.Extra {
		p["extra_body."+k] = v
	}
	return p
}

// Offers asks a server for the likelihood of a few words. The error is a *NotRun
// when the server answers and does not offer it.
func Offers(ctx context.Context, c Client, model, suite string) error {
	x := c.Do(ctx, &endpoint.Request{ID: "likelihood-probe", Model: model, Prompt: "The quick brown fox jumps over the lazy dog."})
	if x.Err == nil {
		return nil
	}
	switch e := x.Err; {
	case e.Class == endpoint.ClassNoLogprobs, e.Class == endpoint.ClassBadReply, e.Class == endpoint.ClassHTML,
		slices.Contains([]int{400, 404, 405, 422, 501}, e.Status):
		return &NotRun{Suite: suite, Why: WhyUnrated, Reason: fmt.Sprintf("the server does not say how probable a prompt is: POST /completions with prompt_logprobs, and with echo and logprobs: %s. vLLM offers it", e.Message)}
	}
	return x.Err
}

// read has the server rate the window at a position and keeps what it said. The
// error is a refusal that will meet every window alike.
func (r *run) read(ctx context.Context, pos int, it Item) error {
	repeat := pos / len(r.spec.Suite.Items)
	p := artifact.Ptr[string]
	whole := it.Messages[0].Content
	rec := artifact.EvalRecord{Task: r.spec.Suite.Name, Item: it.ID, ItemHash: p(it.Hash()), PromptHash: p(it.PromptHash()), Repeat: int64(repeat), Type: p(it.Type)}
	if it.Category != "" {
		rec.Category = p(it.Category)
	}
	if it.Stem != "" {
		rec.Stem = p(it.Stem)
	}
	ask := func(text string) (*endpoint.Exchange, error) {
		r.count.sent(1)
		defer r.count.sent(-1)
		return r.ask(ctx, &endpoint.Request{ID: fmt.Sprintf("%s-%s", r.name, artifact.Slug(it.ID)), Model: r.spec.Model, Prompt: text, Extra: r.spec.Extra})
	}
	lead := 0
	var x *endpoint.Exchange
	if it.Lead > 0 {
		// Where the part begins is the number of tokens of what leads in.
		before, err := ask(whole[:it.Lead])
		if err != nil {
			return nil
		}
		if x = before; before.Err == nil {
			lead = len(before.Likelihood.Logprobs)
		}
	}
	if x == nil || x.Err == nil {
		var err error
		if x, err = ask(whole); err != nil { // interrupted or lost: not finished, asked again next time
			return nil
		}
	}
	rec.LatencyS = artifact.Ptr(x.End.Seconds())
	if x.Usage != nil {
		rec.PromptTokens, rec.OutputTokens = &x.Usage.Prompt, &x.Usage.Output
	}
	var fault error
	switch {
	case x.Err != nil && x.Err.Unsent():
		return x.Err
	case x.Err != nil:
		fault = errors.New(string(x.Err.Class) + ": " + x.Err.Message)
	default:
		var l artifact.Likelihood
		if l, fault = likelihoodOf(x.Likelihood, lead, whole[it.Lead:]); fault == nil {
			rec.Likelihood = &l
		}
	}
	if fault != nil {
		rec.Outcome, rec.Detail = artifact.Ptr(artifact.OutcomeError), p(fault.Error())
	}
	r.keep(pos, &rec)
	return nil
}

// read adds a window to what the texts sum up to.
func (t *tally) read(rec *artifact.EvalRecord) {
	if t.text == nil {
		t.text = &textSums{byGroup: map[string]*textSum{}}
	}
	t.text.all.add(rec.Likelihood, text(rec.Stem))
	if g := text(rec.Category); g != "" {
		if t.text.byGroup[g] == nil {
			t.text.byGroup[g] = &textSum{}
		}
		t.text.byGroup[g].add(rec.Likelihood, text(rec.Stem))
	}
}

// groups are the data sets of the texts, where they are named: perplexity, nats
// a token, and on how much text they rest.
func (s *textSums) groups() []artifact.Group {
	if len(s.byGroup) == 0 {
		return nil
	}
	var out []artifact.Group
	for _, name := range slices.Sorted(maps.Keys(s.byGroup)) {
		g := s.byGroup[name]
		m := g.mean()
		if g.text.Tokens == 0 {
			continue
		}
		n, size := int64(m.N), g.text
		out = append(out, artifact.Group{Name: name, N: &n, Value: artifact.Ptr(math.Exp(m.Mean)), NLL: artifact.Ptr(m.Mean), Tokens: &size.Tokens, Bytes: &size.Bytes})
	}
	return out
}
