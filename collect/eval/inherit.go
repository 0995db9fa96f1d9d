package eval

import (
	"errors"
	"fmt"
	"io"
	"os"

	"benchsite/collect/artifact"
	"benchsite/collect/journal"
)

// answersOf identifies what was asked, whoever judges it: two plans that differ
// in their judges alone share their answers.
func answersOf(spec Spec, set Setting) string {
	if len(spec.Judges) == 0 {
		return ""
	}
	spec.Judges = nil
	return hashOf("answers", spec.Protocol(), spec.Model, set.Server, set.Base.Subject.Key(), spec.repeats(), spec.Sampling.Seed, set.Base.Source.Set)[:16]
}

// inherit takes the answers of an unfinished run of the same questions over that
// had another judge, or none: they need not be paid for again. Verdicts are not
// taken over. A journal that held none of a judge is then done with.
func inherit(dir string, now head, j *journal.File, judges map[string]Judge) error {
	found := false
	var fault error
	for _, left := range journal.Left(dir, func(_ string, f *os.File) (keep bool, err error) {
		if found {
			return true, nil
		}
		past, _, err := readHistory(f)
		if err != nil || past.head.Answers != now.Answers || past.head.Plan == now.Plan {
			return true, nil //nolint:nilerr // a journal that cannot be read is told of elsewhere
		}
		found = true
		judged, err := past.copyAnswers(f, j, judges)
		if err != nil {
			return true, err
		}
		return judged > 0, j.Sync()
	}) {
		if left.Err != nil {
			fault = errors.Join(fault, left.Err)
		}
	}
	return fault
}

// copyAnswers writes the items of a journal into another, without the verdicts
// of judges, and returns how many there were of those.
func (h history) copyAnswers(from io.ReaderAt, to *journal.File, judges map[string]Judge) (judged int, err error) {
	to.AppendJSON(entry{Started: h.started})
	for pos, p := range h.places {
		if p.length == 0 {
			continue
		}
		rec, err := readRecord(from, p)
		if err != nil {
			return judged, err
		}
		if rec.Judge != nil || rec.Code != nil {
			judged++
		}
		if rec.Output != nil && judges[text(rec.Type)] != nil {
			unsettle(&rec)
		}
		line, err := appendRecord(nil, pos, h.seconds, &rec)
		if err != nil {
			return judged, fmt.Errorf("journal: %w", err)
		}
		to.Append(line)
	}
	for _, s := range h.stored {
		to.AppendJSON(entry{Stored: &s})
	}
	return judged, nil
}

// unsettle takes the verdict off an answer.
func unsettle(rec *artifact.EvalRecord) {
	rec.Outcome, rec.Extracted, rec.Detail, rec.Judge, rec.Code = nil, nil, nil, nil, nil
}
