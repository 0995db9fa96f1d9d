package endpoint

import (
	"context"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"
)

// metricsTimeout bounds one look at a server's metrics, which must be over
// before the next one.
const metricsTimeout = 900 * time.Millisecond

// MetricsPage reads a server's own metrics, in the text form of Prometheus, on
// connections of its own: the measured requests must find theirs idle.
type MetricsPage struct {
	url       string
	header    http.Header
	transport *http.Transport
}

// Metrics returns the reader of the server's /metrics page, which may not exist.
func (c *Client) Metrics() *MetricsPage {
	return &MetricsPage{url: strings.TrimSuffix(c.base, "/v1") + "/metrics", header: c.header, transport: newTransport(1)}
}

// Read returns the page; ok is false where there is none.
func (p *MetricsPage) Read(ctx context.Context) (page []byte, ok bool) {
	ctx, cancel := context.WithTimeout(ctx, metricsTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url, nil)
	if err != nil {
		return nil, false
	}
	for k, v := range p.header {
		req.Header[k] = v
	}
	resp, err := p.transport.RoundTrip(req)
	if err != nil {
		return nil, false
	}
	defer resp.Body.Close()
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	page, err = io.ReadAll(io.LimitReader(resp.Body, 8<<20))
	return page, err == nil && resp.StatusCode == http.StatusOK && kind != "text/html" && kind != "application/json"
}

// Close drops the connections.
func (p *MetricsPage) Close() { p.transport.CloseIdleConnections() }
