package endpoint

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	openai "github.com/sashabaranov/go-openai"
)

// probeTimeout bounds one question to a server before load is sent.
const probeTimeout = 15 * time.Second

// Model is one model that the server says it serves.
type Model struct {
	openai.Model
	MaxModelLen *int64 `json:"max_model_len"` // tokens; vLLM and SGLang say it
}

// Dial finds the API under o.URL and lists its models. It sends no load. The
// error is an *Error whose Unsent method tells a wrong address from a server
// that could not be reached.
func Dial(ctx context.Context, o Options) (*Client, error) {
	root, err := parseURL(o.URL)
	if err != nil {
		return nil, err
	}
	c := &Client{header: http.Header{}, timeout: o.Timeout, transport: newTransport(o.Concurrency)}
	for k, v := range o.Header {
		c.header[http.CanonicalHeaderKey(k)] = v
	}
	c.header.Set("User-Agent", "benchsite")
	if o.APIKey != "" {
		c.header.Set("Authorization", "Bearer "+o.APIKey)
	}
	if c.timeout <= 0 {
		c.timeout = DefaultTimeout
	}
	var tried []answer
	for _, base := range bases(root) {
		a := c.ask(ctx, http.MethodGet, base+"/models")
		tried = append(tried, a)
		if a.err != nil {
			return nil, a.refuse(tried)
		}
		if a.status == 200 && a.models != nil {
			c.base, c.models = base, a.models
			return c, nil
		}
		if a.status == 401 || a.status == 403 || a.status/100 == 5 {
			return nil, a.refuse(tried)
		}
	}
	// Some servers complete chats but list no models. An empty body asks
	// whether the path exists without asking for work.
	for _, base := range bases(root) {
		a := c.ask(ctx, http.MethodPost, base+"/chat/completions")
		tried = append(tried, a)
		if a.err != nil || a.status == 401 || a.status == 403 {
			return nil, a.refuse(tried)
		}
		if json.Valid(a.body) && a.status != 404 && a.status != 405 && a.status/100 != 3 {
			c.base = base
			return c, nil
		}
	}
	// The last resort is the smallest real request: gateways and mock servers
	// answer 404 to whatever they have no route or no fixture for.
	if o.Model != "" {
		for _, base := range bases(root) {
			if c.completes(ctx, base, o.Model) {
				c.base = base
				return c, nil
			}
		}
	}
	return nil, c.lost(ctx, root, tried)
}

// completes asks for one token and reports whether a completion came back.
func (c *Client) completes(ctx context.Context, base, model string) bool {
	body, err := json.Marshal(openai.ChatCompletionRequest{
		Model: model, MaxTokens: 1,
		Messages: []openai.ChatCompletionMessage{{Role: openai.ChatMessageRoleUser, Content: "Hello"}},
	})
	if err != nil {
		return false
	}
	a := c.send(ctx, http.MethodPost, base+"/chat/completions", body)
	var r openai.ChatCompletionResponse
	return a.err == nil && a.status == 200 && json.Unmarshal(a.body, &r) == nil && len(r.Choices) > 0
}

// parseURL checks the address and takes known ends of full paths off it.
func parseURL(raw string) (*url.URL, error) {
	bad := func(format string, args ...any) error {
		return &Error{Class: ClassURL, Message: fmt.Sprintf(format, args...)}
	}
	raw = strings.TrimSpace(raw)
	if raw == "" {
		return nil, bad("the URL of the server is empty: give one such as http://127.0.0.1:8000")
	}
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		if !strings.Contains(raw, "://") {
			if v, err := url.Parse("http://" + raw); err == nil && v.Host != "" {
				return nil, bad("%q is not a URL: it needs a scheme, likely http://%s", raw, raw)
			}
		}
		return nil, bad("%q is not an http or https URL: give one such as http://127.0.0.1:8000", raw)
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
			return nil, bad("%q names port %s: a port lies between 1 and 65535", raw, port)
		}
	}
	if u.User != nil {
		return nil, bad("the URL holds a user name or password: leave it out and name the key in an environment variable")
	}
	u.RawQuery, u.Fragment = "", ""
	for _, end := range []string{"/chat/completions", "/completions", "/models"} {
		u.Path = strings.TrimSuffix(strings.TrimSuffix(u.Path, "/"), end)
	}
	u.Path = strings.TrimSuffix(u.Path, "/")
	return u, nil
}

// bases lists the addresses at which the API may lie, most likely first.
func bases(u *url.URL) []string {
	s := u.String()
	if cut, ok := strings.CutSuffix(s, "/v1"); ok {
		return []string{s, cut}
	}
	return []string{s + "/v1", s}
}

// answer is what one question before the load brought.
type answer struct {
	url      string
	status   int
	text     string // status as text
	kind     string // media type
	location string
	body     []byte
	models   []Model
	err      *Error
}

// ask sends one question. A POST carries an empty object.
func (c *Client) ask(ctx context.Context, method, address string) answer {
	if method == http.MethodPost {
		return c.send(ctx, method, address, []byte("{}"))
	}
	return c.send(ctx, method, address, nil)
}

func (c *Client) send(ctx context.Context, method, address string, payload []byte) answer {
	a := answer{url: address}
	ctx, cancel := context.WithTimeout(ctx, min(probeTimeout, c.timeout))
	defer cancel()
	var body io.Reader
	if payload != nil {
		body = bytes.NewReader(payload)
	}
	req, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		a.err = &Error{Class: ClassURL, Message: err.Error()}
		return a
	}
	for k, v := range c.header {
		req.Header[k] = v
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := c.transport.RoundTrip(req)
	if err != nil {
		a.err = transportError(ctx, err, false)
		return a
	}
	defer resp.Body.Close()
	if a.body, err = io.ReadAll(io.LimitReader(resp.Body, 4<<20)); err != nil {
		a.err = transportError(ctx, err, true)
		return a
	}
	a.status, a.text, a.location = resp.StatusCode, statusText(resp), resp.Header.Get("Location")
	a.kind, _, _ = mime.ParseMediaType(resp.Header.Get("Content-Type"))
	a.models = modelList(a.body)
	return a
}

// modelList reads a list of models; nil when body is no such list.
func modelList(body []byte) []Model {
	var list struct {
		Data *[]Model `json:"data"`
	}
	var mistyped *json.UnmarshalTypeError // one odd field leaves the rest readable
	err := json.Unmarshal(body, &list)
	if err != nil && !errors.As(err, &mistyped) || list.Data == nil {
		return nil
	}
	return append([]Model{}, *list.Data...)
}

// String says what was asked and what answered.
func (a answer) String() string {
	s := "asked " + a.url + ", which answered " + a.text
	switch {
	case a.location != "":
		s += " (a redirect to " + a.location + ")"
	case a.kind == "text/html":
		s += " with a web page"
	case a.status == 200:
		s += " with something that is no list of models"
	}
	return s
}

// refuse words an answer that ends the search.
func (a answer) refuse(tried []answer) *Error {
	switch {
	case a.err != nil:
		e := *a.err
		e.Message = "asked " + a.url + ": " + e.Message
		if strings.Contains(e.Message, "HTTP response to HTTPS client") || strings.Contains(e.Message, "first record does not look like a TLS handshake") {
			e.Class = ClassURL
			e.Message = fmt.Sprintf("asked %s, which answered without TLS; the right URL is likely %s", a.url,
				strings.Replace(strings.TrimSuffix(a.url, "/models"), "https://", "http://", 1))
		}
		return &e
	case a.status == 401 || a.status == 403:
		return &Error{Class: StatusClass(a.status), Status: a.status,
			Message: fmt.Sprintf("asked %s, which answered %s: the server wants an API key that it accepts", a.url, a.text)}
	}
	return &Error{Class: StatusClass(a.status), Status: a.status, Message: a.String() + ": " + errorText(a.body)}
}

// lost words a search that found no API, with the likely right URL when one
// of the usual places has it.
func (c *Client) lost(ctx context.Context, root *url.URL, tried []answer) *Error {
	e := &Error{Class: ClassURL}
	allMissing, page := true, false
	for _, a := range tried {
		allMissing = allMissing && (a.status == 404 || a.status == 405)
		page = page || a.kind == "text/html" && a.status == 200
	}
	switch {
	case allMissing:
		e.Class = ClassNotFound
	case page:
		e.Class = ClassHTML
	}
	likely := c.suggest(ctx, root, tried)
	e.Message = fmt.Sprintf("no OpenAI-compatible API at %s: %s", root, tried[0])
	if len(tried) > 1 && tried[1].text == tried[0].text {
		e.Message += ", and so did " + tried[1].url
	}
	if likely != "" {
		e.Message += "; the right URL is likely " + likely
	} else {
		e.Message += "; check host, port and path (the API usually lies under /v1)"
	}
	return e
}

// suggest looks for the API in the places where a mistyped URL may have meant.
func (c *Client) suggest(ctx context.Context, root *url.URL, tried []answer) string {
	if loc := tried[0].location; loc != "" {
		if u, err := root.Parse(loc); err == nil {
			return strings.TrimSuffix(strings.TrimSuffix(u.String(), "/"), "/models")
		}
	}
	if strings.Contains(string(tried[0].body), "HTTP request to an HTTPS server") {
		return strings.Replace(root.String(), "http://", "https://", 1)
	}
	host := *root
	host.Path = ""
	for _, path := range []string{"/v1", "/api/v1", "/openai/v1", "/api", ""} {
		base := host.String() + path
		if base == root.String() || base+"/v1" == root.String() || root.String()+"/v1" == base {
			continue
		}
		if a := c.ask(ctx, http.MethodGet, base+"/models"); a.err == nil && a.status == 200 && a.models != nil {
			return base
		}
	}
	return ""
}
