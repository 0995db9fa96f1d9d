package endpoint

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"
)

// countTimeout bounds one request to count tokens.
const countTimeout = 30 * time.Second

// CountTokens asks the server how many tokens a conversation takes, chat
// template included, through the POST /tokenize of vLLM. ok is false where the
// server has no such place or counts no messages; the usage of an answer is the
// other way to learn it.
func (c *Client) CountTokens(ctx context.Context, model string, messages []Message) (n int64, ok bool) {
	body, err := json.Marshal(map[string]any{"model": model, "messages": messages, "add_generation_prompt": true})
	if err != nil {
		return 0, false
	}
	ctx, cancel := context.WithTimeout(ctx, countTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(c.base, "/v1")+"/tokenize", bytes.NewReader(body))
	if err != nil {
		return 0, false
	}
	for k, v := range c.header {
		req.Header[k] = v
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := c.transport.RoundTrip(req)
	if err != nil {
		return 0, false
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxBody)) // holds a number for each token
	var out struct {
		Count *int64 `json:"count"`
	}
	if err != nil || resp.StatusCode != http.StatusOK || json.Unmarshal(answer, &out) != nil || out.Count == nil || *out.Count <= 0 {
		return 0, false
	}
	return *out.Count, true
}
