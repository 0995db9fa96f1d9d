package artifact

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

var (
	idForm   = regexp.MustCompile(`^(simulated/)?(\d{4}-\d{2}-\d{2})/([a-z0-9][a-z0-9-]{0,79})\.([0-9a-f]{8})$`)
	pathForm = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{0,119}$`)
)

// validate holds the rules that a type cannot say. The first fault is enough:
// a file is mended one line at a time.
func (a *Artifact) validate() *Fault {
	fault := func(field, format string, args ...any) *Fault {
		return &Fault{Field: field, Message: fmt.Sprintf(format, args...)}
	}
	oneOf := func(field string, got string, want ...string) *Fault {
		if slices.Contains(want, got) {
			return nil
		}
		return fault(field, "is %q, must be one of %s", short(got), strings.Join(want, ", "))
	}
	checks := []*Fault{
		oneOf("kind", string(a.Kind), string(KindLoad), string(KindEval), string(KindSubject)),
		oneOf("status", string(a.Status), string(StatusComplete), string(StatusInterrupted), string(StatusFailed)),
		oneOf("source.mode", string(a.Source.Mode), string(ModeMeasured), string(ModeImported), string(ModeRescored)),
	}
	m := idForm.FindStringSubmatch(a.ID)
	day, err := StartDay(a.StartedAt)
	switch {
	case err != nil:
		checks = append(checks, fault("started_at", "is %q, must be RFC 3339 in UTC or a date such as 2025-12-22", short(a.StartedAt)))
	case m == nil:
		checks = append(checks, fault("id", "is %q, must have the form 2025-12-22/name.0123abcd", short(a.ID)))
	case m[2] != day:
		checks = append(checks, fault("id", "is of %s, started_at of %s", m[2], day))
	case (m[1] != "") != a.Simulated:
		checks = append(checks, fault("simulated", "is %v, the id says otherwise", a.Simulated))
	}
	if a.Subject.Model == "" {
		checks = append(checks, fault("subject.model", "is empty"))
	}
	if (a.Kind == KindLoad) != (a.Load != nil) {
		checks = append(checks, fault("load", "must be set for kind load and null for the others"))
	}
	if (a.Kind == KindEval) != (a.Eval != nil) {
		checks = append(checks, fault("eval", "must be set for kind eval and null for the others"))
	}
	for i, d := range a.DerivedFrom {
		at := fmt.Sprintf("derived_from[%d]", i)
		if !idForm.MatchString(d.ID) {
			checks = append(checks, fault(at+".id", "is %q, must be the id of an artifact", short(d.ID)))
		}
		checks = append(checks, oneOf(at+".how", string(d.How), string(HowRescore), string(HowResume), string(HowMerge), string(HowReimport)))
	}
	for i, at := range a.Attachments {
		field := fmt.Sprintf("attachments[%d]", i)
		if !pathForm.MatchString(at.Path) || strings.Contains(at.Path, "..") {
			checks = append(checks, fault(field+".path", "is %q, must be a file name beside the artifact", short(at.Path)))
		}
		checks = append(checks, oneOf(field+".kind", string(at.Kind), string(AttachSamples), string(AttachServerLog), string(AttachPrivate)))
	}
	if a.Eval != nil {
		for i, t := range a.Eval.Tasks {
			checks = append(checks, oneOf(fmt.Sprintf("eval.tasks[%d].status", i), string(t.Status), string(TaskDone), string(TaskNotRun)))
		}
	}
	for _, f := range checks {
		if f != nil {
			return f
		}
	}
	return nil
}

// StartDay returns the UTC day of a started_at: RFC 3339 with zone Z, or a bare
// date.
func StartDay(startedAt string) (string, error) {
	if t, err := time.Parse(time.DateOnly, startedAt); err == nil {
		return t.Format(time.DateOnly), nil
	}
	t, err := time.Parse(time.RFC3339Nano, startedAt)
	if err != nil || !strings.HasSuffix(startedAt, "Z") {
		return "", fmt.Errorf("started_at %q is neither RFC 3339 in UTC nor a date", short(startedAt))
	}
	return t.Format(time.DateOnly), nil
}

func short(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}
