package eval

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"benchsite/collect/artifact"
	"benchsite/collect/endpoint"
	"benchsite/collect/endpoint/endpointtest"
)

// referee is a judge that takes the reply that is the key for right.
type referee struct {
	calls atomic.Int32
	most  int32 // judges no more than this; 0 = any number
}

func (*referee) Width() int { return 2 }

func (*referee) Protocol() map[string]any { return map[string]any{"judge": "referee"} }

func (r *referee) Judge(_ context.Context, it Item, rec *artifact.EvalRecord) error {
	if n := r.calls.Add(1); r.most > 0 && n > r.most {
		return errors.New("the referee went home")
	}
	v := found(strings.HasSuffix(*rec.Output, it.Expected), *rec.Output, "seen by the referee")
	rec.Outcome, rec.Extracted, rec.Detail = &v.Outcome, v.Extracted, &v.Detail
	return nil
}

func judged(t *testing.T, r *referee) Spec {
	spec := specOf(t)
	spec.Concurrency = 4
	spec.Judges = map[string]Judge{"judge": r}
	for i := range spec.Suite.Items {
		spec.Suite.Items[i].Type = []string{"judge", "number"}[i%2]
	}
	return spec
}

func TestJudges(t *testing.T) {
	s := endpointtest.New(t, answer)
	st := artifact.Open(t.TempDir())
	first := &referee{most: 5}
	r, err := Run(t.Context(), judged(t, first), settingOf(t, s, st.StateDir()))
	if err != nil || r.Lost == nil || r.Kept != 40 {
		t.Fatal(err, r.Lost, r.Kept)
	}
	part := put(t, st, r)
	if o := part.Eval.Tasks[0].Outcomes; part.Status != artifact.StatusInterrupted || *o.Correct != 25 || !strings.Contains(*part.StatusReason, "25 of 40") || !strings.Contains(*part.StatusReason, "went home") {
		t.Errorf("%s %+v %s", part.Status, o, text(part.StatusReason))
	}
	if records, err := st.EvalRecords(part); err != nil || len(records) != 40 {
		t.Errorf("%v: %d records, want those without a verdict too", err, len(records))
	}
	second := &referee{}
	r, err = Run(t.Context(), judged(t, second), settingOf(t, s, st.StateDir()))
	if err != nil {
		t.Fatal(err)
	}
	whole := put(t, st, r)
	if n := len(s.Received()); n != 40 || second.calls.Load() != 15 {
		t.Errorf("%d requests and %d verdicts after the resume, want 40 and 15", n, second.calls.Load())
	}
	if o := whole.Eval.Tasks[0].Outcomes; whole.Status != artifact.StatusComplete || *o.Correct != 40 || whole.Protocol.Parameters["judge"] != "referee" {
		t.Errorf("%s %+v %v", whole.Status, o, whole.Protocol.Parameters)
	}
}

// Items of a chain are asked in order, each with the answers before it, also
// when they were given to a process that has ended.
func TestChains(t *testing.T) {
	s := endpointtest.New(t, func(w *endpointtest.Wire) {
		w.JSON(200, endpointtest.Whole(fmt.Sprint(len(askedFor(w))), 5, 3))
	})
	spec := specOf(t)
	spec.Concurrency, spec.Repeats = 4, 2
	for i := range spec.Suite.Items {
		it := &spec.Suite.Items[i]
		it.Chain = fmt.Sprint(i % 8)
		it.Late = func(earlier []artifact.EvalRecord) []endpoint.Message {
			text := "begin "
			for _, rec := range earlier {
				text += rec.Item + "=" + *rec.Output + ";"
			}
			return endpoint.User("say " + text + it.ID)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	set := settingOf(t, s, t.TempDir())
	inner := set.Client
	var n atomic.Int32
	set.Client = clientFunc(func(ctx context.Context, q *endpoint.Request) *endpoint.Exchange {
		if n.Add(1) == 30 {
			stop()
		}
		return inner.Do(ctx, q)
	})
	r, err := Run(ctx, spec, set)
	if err != nil || r.Close() != nil {
		t.Fatal(err)
	}
	set.Client = inner
	if r, err = Run(t.Context(), spec, set); err != nil || r.Close() != nil {
		t.Fatal(err)
	}
	if got := len(s.Received()); got != 80 {
		t.Errorf("%d requests, want 80", got)
	}
	for prompt := range asked(s) {
		prompt = strings.TrimPrefix(prompt, "say begin ")
		id := prompt[max(strings.LastIndex(prompt, ";")+1, 0):]
		var at int
		if _, err := fmt.Sscanf(id, "q%02d", &at); err != nil {
			t.Fatal(prompt, err)
		}
		if n := strings.Count(prompt, ";"); n != at/8 {
			t.Errorf("%s was asked with %d answers before it, want %d: %q", id, n, at/8, prompt)
		}
	}
}
