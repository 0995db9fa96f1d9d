package eval

import (
	"fmt"
	"io"

	"benchsite/collect/artifact"
	"benchsite/render/stats"
)

// Summary writes the scores of an evaluation for people: each with its interval,
// all five counts, and what it cost.
func Summary(w io.Writer, a *artifact.Artifact) error {
	for _, t := range a.Eval.Tasks {
		if t.Status == artifact.TaskNotRun {
			if _, err := fmt.Fprintf(w, "%s: not run: %s\n", t.Task, text(t.Reason)); err != nil {
				return err
			}
			continue
		}
		if err := summarize(w, t); err != nil {
			return err
		}
	}
	if d := a.Eval.DurationS; d != nil {
		line := fmt.Sprintf("took %.1f s", *d)
		if k := a.Eval.Tokens; k != nil {
			line += fmt.Sprintf(", %s prompt and %s output tokens", count(k.Prompt), count(k.Output))
		}
		_, err := fmt.Fprintln(w, line)
		return err
	}
	return nil
}

func summarize(w io.Writer, t artifact.Task) error {
	if t.Text != nil {
		return summarizeText(w, t)
	}
	for _, m := range t.Metrics {
		if m.Value == nil || m.N == nil {
			continue
		}
		line := fmt.Sprintf("%s, %s: %.1f %%", t.Task, m.Metric, 100**m.Value)
		k := int(*m.Value*float64(*m.N) + 0.5)
		switch {
		case m.Stderr != nil:
			line += fmt.Sprintf(" ± %.1f points (standard error over %d items)", 100**m.Stderr, *m.N)
		case m.Primary && t.Repeats != nil && *t.Repeats == 1:
			lo, hi := stats.Wilson(k, int(*m.N))
			line += fmt.Sprintf(" (%d of %d; 95 %% interval %.1f to %.1f)", k, *m.N, 100*lo, 100*hi)
		}
		if _, err := fmt.Fprintln(w, line); err != nil {
			return err
		}
	}
	if o := t.Outcomes; o != nil {
		if _, err := fmt.Fprintf(w, "  correct %s, wrong %s, unparsed %s, truncated %s, error %s; scorer %s v%s\n",
			count(o.Correct), count(o.Wrong), count(o.Unparsed), count(o.Truncated), count(o.Error), t.Scorer.Name, t.Scorer.Version); err != nil {
			return err
		}
	}
	if j := t.Judge; j != nil {
		if _, err := fmt.Fprintf(w, "  judge %s: %d verdicts, %d that could not be read, %d that failed; %s prompt and %s output tokens of its own\n",
			j.Model, j.Judged, j.Unreadable, j.Failed, count(j.PromptTokens), count(j.OutputTokens)); err != nil {
			return err
		}
	}
	for _, g := range t.Groups {
		if g.N == nil || g.Correct == nil {
			continue
		}
		if _, err := fmt.Fprintf(w, "  %-20s %d of %d\n", g.Name, *g.Correct, *g.N); err != nil {
			return err
		}
	}
	return nil
}

// summarizeText writes how probable texts were, overall and by data set.
func summarizeText(w io.Writer, t artifact.Task) error {
	for _, m := range t.Metrics {
		if m.Value == nil {
			continue
		}
		line := fmt.Sprintf("%s, %s: %.4f", t.Task, m.Metric, *m.Value)
		if m.Stderr != nil {
			line += fmt.Sprintf(" ± %.4f (standard error)", *m.Stderr)
		}
		if _, err := fmt.Fprintln(w, line); err != nil {
			return err
		}
	}
	if _, err := fmt.Fprintf(w, "  over %d tokens, %d bytes; %d first tokens left out\n", t.Text.Tokens, t.Text.Bytes, t.Text.Left); err != nil {
		return err
	}
	if o := t.Outcomes; o != nil && o.Error != nil {
		if _, err := fmt.Fprintf(w, "  %d windows failed\n", *o.Error); err != nil {
			return err
		}
	}
	for _, g := range t.Groups {
		if g.Value == nil || g.Tokens == nil {
			continue
		}
		if _, err := fmt.Fprintf(w, "  %-20s perplexity %.4f over %d tokens\n", g.Name, *g.Value, *g.Tokens); err != nil {
			return err
		}
	}
	return nil
}

func count(n *int64) string {
	if n == nil {
		return "unknown"
	}
	return fmt.Sprint(*n)
}
