package artifact

import (
	"encoding/json"
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/gowebpki/jcs"
)

// Slug joins parts in [a-z0-9-], at most 80 characters. Letters outside ASCII
// are dropped; nothing left gives "run".
func Slug(parts ...string) string {
	var b strings.Builder
	dash := false
	for _, r := range strings.ToLower(strings.Join(parts, "-")) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			if dash && b.Len() > 0 {
				b.WriteByte('-')
			}
			dash = false
			b.WriteRune(r)
		default:
			dash = true
		}
	}
	s := b.String()
	if len(s) > 80 {
		s = strings.Trim(s[:80], "-")
	}
	if s == "" {
		return "run"
	}
	return s
}

// ModelName is the model without its owner: Qwen/Qwen3-32B gives Qwen3-32B, a
// path gives its last part.
func ModelName(model string) string {
	model = strings.TrimRight(strings.ReplaceAll(model, `\`, "/"), "/")
	return path.Base(model)
}

var nameParts = regexp.MustCompile(`[A-Za-z0-9.]+`)

// SubjectName is the model without owner, its precision unless the name has it
// already, and tp2 where the model runs on more than one device.
func SubjectName(s Subject) string {
	name := ModelName(s.Model)
	if s.Precision != nil && *s.Precision != "" {
		has := false
		for _, p := range nameParts.FindAllString(name, -1) {
			has = has || strings.EqualFold(p, *s.Precision)
		}
		if !has {
			name += " " + *s.Precision
		}
	}
	if s.Parallel.TP != nil && *s.Parallel.TP > 1 {
		name += fmt.Sprintf(" tp%d", *s.Parallel.TP)
	}
	return name
}

// Key is equal for two runs of the same subject: every subject field but name,
// engine_version and labels. Null equals only null.
func (s Subject) Key() string {
	s.Name, s.EngineVersion, s.Labels = "", nil, nil
	b, err := json.Marshal(s)
	if err != nil {
		panic("BUG: a subject is always JSON: " + err.Error())
	}
	return SHA256(b)[:16]
}

// Family is the group within which baselines and precision comparisons work:
// base model and accelerator. Unknown parts stay apart from known ones.
func (s Subject) Family() string {
	part := func(p *string) string {
		if p == nil {
			return "?"
		}
		return *p
	}
	return part(s.BaseModel) + " | " + part(s.Accelerator)
}

// Defaults are the protocol parameters whose value leaves the id unchanged, so
// that a parameter added later changes no old id. A parameter that is not sent
// (sampling, seed, thinking, min_tokens, ignore_eos) is absent, which is its
// default. The table is frozen.
var Defaults = map[string]any{
	"arrival":     "closed",
	"streaming":   true,
	"prompts":     "distinct",
	"definitions": "benchsite/1",
}

// ProtocolID is p and the first 10 hex digits of the SHA-256 over the canonical
// JSON (RFC 8785) of the parameters that are known and differ from [Defaults].
func ProtocolID(parameters map[string]any) (string, error) {
	known := map[string]any{}
	for k, v := range parameters {
		if d, ok := Defaults[k]; v == nil || ok && d == v {
			continue
		}
		known[k] = v
	}
	raw, err := json.Marshal(known)
	if err != nil {
		return "", fmt.Errorf("protocol parameters are not JSON: %w", err)
	}
	canonical, err := jcs.Transform(raw)
	if err != nil {
		return "", fmt.Errorf("protocol parameters are not JSON: %w", err)
	}
	return "p" + SHA256(canonical)[:10], nil
}

// seal sets the artifact's id from its own content: the hash is over the
// canonical encoding with an empty id, and with attachment paths reduced to
// their ending, since a path repeats the id.
func (a *Artifact) seal(slug string) error {
	day, err := StartDay(a.StartedAt)
	if err != nil {
		return err
	}
	hash, err := a.Hash8()
	if err != nil {
		return err
	}
	stem := slug + "." + hash
	if a.ID = day + "/" + stem; a.Simulated {
		a.ID = "simulated/" + a.ID
	}
	for i := range a.Attachments {
		a.Attachments[i].Path = stem + a.Attachments[i].Kind.ending()
	}
	return nil
}

// Hash8 computes the hash part of the id from the content. It differs from the
// one in the id when a file was changed by hand.
func (a *Artifact) Hash8() (string, error) {
	c := *a
	c.ID = ""
	c.Attachments = make([]Attachment, len(a.Attachments))
	for i, at := range a.Attachments {
		at.Path = at.Kind.ending()
		c.Attachments[i] = at
	}
	b, err := c.Encode()
	if err != nil {
		return "", err
	}
	return SHA256(b)[:8], nil
}

func (k AttachmentKind) ending() string {
	switch k {
	case AttachServerLog:
		return ".server.log.gz"
	case AttachPrivate:
		return ".private.jsonl.gz"
	default:
		return ".samples.jsonl.gz"
	}
}
