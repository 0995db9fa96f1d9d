package artifact

import (
	"path"
	"regexp"
	"strings"
)

// redact walks the fields that hold outside text. Answers, hashes and versions
// are never touched: 192.168.1.10 may be the right answer to a question.
func (a *Artifact) redact(r *Redactor) {
	a.StatusReason = r.optional(a.StatusReason)
	a.Subject.Model = homeModel(a.Subject.Model)
	if a.Subject.BaseModel != nil {
		a.Subject.BaseModel = Ptr(homeModel(*a.Subject.BaseModel))
	}
	for k, v := range a.Subject.Labels {
		a.Subject.Labels[k] = r.Text(v)
	}
	for k, v := range a.Protocol.Parameters {
		if name, ok := strings.CutPrefix(k, "extra."); ok { // further fields of the request, as somebody wrote them
			a.Protocol.Parameters[k] = r.named(name, v)
		}
	}
	env := &a.Environment
	redactMap(r, env.Host)
	redactMap(r, env.Client)
	env.Topology = r.optional(env.Topology)
	if s := env.Server; s != nil {
		s.Command = r.command(s.Command)
		redactMap(r, s.Env)
		for k, v := range s.Args {
			s.Args[k] = r.named(k, v)
		}
	}
	a.Source.Command = r.command(a.Source.Command)
	redactMap(r, a.Source.Set)
	for i := range a.Source.Files {
		a.Source.Files[i].Name = path.Base(strings.ReplaceAll(a.Source.Files[i].Name, `\`, "/"))
	}
	for k, v := range a.Source.Extra {
		a.Source.Extra[k] = r.named(k, v)
	}
	if a.Load != nil {
		a.Load.Client.Reason = r.optional(a.Load.Client.Reason)
		a.Load.FinishReasons = r.counts(a.Load.FinishReasons)
		a.Load.Requests.ByError = r.counts(a.Load.Requests.ByError)
	}
	if a.Eval != nil {
		for i := range a.Eval.Tasks {
			a.Eval.Tasks[i].Reason = r.optional(a.Eval.Tasks[i].Reason)
			if j := a.Eval.Tasks[i].Judge; j != nil {
				j.Model, j.Endpoint = homeModel(j.Model), r.optional(j.Endpoint)
			}
		}
	}
}

func (rec *LoadRecord) redact(r *Redactor) {
	rec.Message, rec.FinishReason = r.optional(rec.Message), r.optional(rec.FinishReason)
}

// redact hides what a failed request said; of an answer nothing is touched.
func (rec *EvalRecord) redact(r *Redactor) {
	if rec.Outcome != nil && *rec.Outcome == OutcomeError {
		rec.Detail = r.optional(rec.Detail)
	}
}

// counts redacts words that a server chose, such as finish reasons.
func (r *Redactor) counts(m map[string]int64) map[string]int64 {
	if m == nil {
		return nil
	}
	out := make(map[string]int64, len(m))
	for word, n := range m {
		out[r.Text(word)] += n
	}
	return out
}

func (r *Redactor) optional(s *string) *string {
	if s == nil {
		return nil
	}
	return Ptr(r.Text(*s))
}

// command redacts word by word, and hides the word after a flag that takes a
// secret, which no look at the single word would find.
func (r *Redactor) command(words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		if i > 0 && secretFlag.MatchString(words[i-1]) && !innocent.MatchString(w) {
			out[i] = r.hide(w, "<secret>")
			continue
		}
		out[i] = r.Text(w)
	}
	if words == nil {
		return nil
	}
	return out
}

// classNoToken is the class of a request whose stream held no token. It ends
// like the name of a secret and stands before messages.
const classNoToken = "no-token"

var (
	secretFlag = regexp.MustCompile(`(?i)^--?` + namedKey + `$`)
	secretName = regexp.MustCompile(`(?i)^` + namedKey + `$`)
)

// redactMap shows the name of each value to the rules, as named does.
func redactMap(r *Redactor, m map[string]string) {
	for k, v := range m {
		m[k] = r.named(k, v).(string)
	}
}

// named redacts a free value; the name under which it stands may show that it
// is a secret.
func (r *Redactor) named(name string, v any) any {
	switch v := v.(type) {
	case string:
		if secretName.MatchString(name) && name != classNoToken && v != "" && !innocent.MatchString(v) {
			return r.hide(v, "<secret>")
		}
		// The name is shown to the rules as well: lm_eval_version tells that
		// 0.4.9.2 is a version.
		prefix := name + ": "
		if text := r.Text(prefix + v); strings.HasPrefix(text, prefix) {
			return text[len(prefix):]
		}
		return r.Text(v)
	case []any:
		for i := range v {
			v[i] = r.named(name, v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = r.named(k, v[k])
		}
	}
	return v
}

// homeModel keeps the last part of a model that is a path in somebody's home.
func homeModel(model string) string {
	if homePath.MatchString(model) {
		return ModelName(model)
	}
	return model
}

// Find is a place where text holds something that must not be published.
type Find struct {
	Line int    // 1-based
	Text string // the line with the finds hidden, shortened
}

// Leaks lists what the rules of writing would hide in a stored artifact and its
// server log: the check that nothing slipped in by another way. A log counts
// its own lines.
func (s *Store) Leaks(a *Artifact) ([]Find, error) {
	clean, err := clone(a)
	if err != nil {
		return nil, err
	}
	r := s.Redactor()
	clean.redact(r)
	before, err := a.Encode()
	if err != nil {
		return nil, err
	}
	after, err := clean.Encode()
	if err != nil {
		return nil, err
	}
	log, err := s.Attachment(a, AttachServerLog)
	if err != nil {
		return nil, err
	}
	return append(changedLines(string(before), string(after)), changedLines(string(log), r.Text(string(log)))...), nil
}

// SecretsIn lists the lines of a page that hold a key, a token or a home path.
func (s *Store) SecretsIn(text string) []Find {
	r := s.Redactor()
	return changedLines(text, r.Secrets(text))
}

func changedLines(before, after string) []Find {
	if before == after {
		return nil
	}
	var out []Find
	old, clean := strings.Split(before, "\n"), strings.Split(after, "\n")
	for i, line := range clean {
		if i < len(old) && line != old[i] {
			out = append(out, Find{Line: i + 1, Text: around(old[i], line)})
		}
	}
	return out
}

// around shows the place at which the clean line begins to differ, without
// showing what it hides.
func around(old, clean string) string {
	a, b := []rune(old), []rune(clean)
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return strings.TrimSpace(string(b[max(0, n-20):min(len(b), n+30)]))
}
