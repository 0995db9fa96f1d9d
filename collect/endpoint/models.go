package endpoint

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// Models returns what the server says it serves; empty when it does not say.
func (c *Client) Models() []Model { return c.models }

// Pick checks that model is served. An empty name stands for the only model of
// a server that serves one. A server that lists none is taken at its word, and
// one that completes for a name which it does not list, as gateways do, too.
func (c *Client) Pick(model string) (Model, error) {
	if model == "" {
		switch len(c.models) {
		case 0:
			return Model{}, &Error{Class: ClassModel, Message: c.base + " lists no models: name the model"}
		case 1:
			return c.models[0], nil
		}
		return Model{}, &Error{Class: ClassModel, Message: fmt.Sprintf("%s serves %d models: name one of %s", c.base, len(c.models), c.served())}
	}
	if len(c.models) == 0 {
		m := Model{}
		m.ID = model
		return m, nil
	}
	for _, m := range c.models {
		if m.ID == model {
			return m, nil
		}
	}
	if c.completes(context.Background(), c.base, model) {
		m := Model{}
		m.ID = model
		return m, nil
	}
	msg := fmt.Sprintf("model %q is not served by %s, which serves %s", model, c.base, c.served())
	if near := c.nearest(model); near != "" && len(c.models) > 1 {
		msg += fmt.Sprintf("; the nearest name is %s", near)
	}
	return Model{}, &Error{Class: ClassModel, Message: msg}
}

// served lists the names, shortened when there are many.
func (c *Client) served() string {
	names := make([]string, 0, len(c.models))
	for _, m := range c.models {
		names = append(names, m.ID)
	}
	slices.Sort(names)
	if len(names) > 12 {
		return strings.Join(names[:12], ", ") + fmt.Sprintf(" and %d more", len(names)-12)
	}
	return strings.Join(names, ", ")
}

// nearest returns the served name closest to model by edit distance, comparing
// without case and without the owner, which are the usual slips.
func (c *Client) nearest(model string) string {
	short := func(s string) string { return strings.ToLower(s[strings.LastIndex(s, "/")+1:]) }
	best, dist := "", -1
	for _, m := range c.models {
		d := levenshtein.ComputeDistance(short(model), short(m.ID))
		if dist < 0 || d < dist {
			best, dist = m.ID, d
		}
	}
	return best
}

// Facts is what a server says of itself beside its models; "" = unknown.
type Facts struct {
	Engine        string // vllm, sglang … as the owner of the model is named
	EngineVersion string
}

// Simulated is the engine name of the embedded simulated endpoint.
const Simulated = "simulate"

// Facts asks the server for its version where it has a place for it.
func (c *Client) Facts(ctx context.Context) Facts {
	var f Facts
	for _, m := range c.models {
		switch m.OwnedBy {
		case "vllm", "sglang", "llamacpp", "tgi", Simulated:
			f.Engine = m.OwnedBy
		}
	}
	root := strings.TrimSuffix(c.base, "/v1")
	a := c.ask(ctx, http.MethodGet, root+"/version")
	var v struct {
		Version string `json:"version"`
	}
	if a.status == http.StatusOK && json.Unmarshal(a.body, &v) == nil {
		f.EngineVersion = v.Version
	}
	return f
}
