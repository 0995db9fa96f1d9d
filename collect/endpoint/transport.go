package endpoint

import (
	"net"
	"net/http"
	"time"
)

// connectTimeout bounds name look-up, TCP and TLS of one new connection.
const connectTimeout = 10 * time.Second

// newTransport returns a transport that adds nothing of its own to a
// measurement: no proxy, no compression, no HTTP/2 (whose one connection would
// make streams wait for each other), and an idle connection for each request
// in flight so that none is opened again in the measured window.
func newTransport(concurrency int) *http.Transport {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Transport{
		Proxy:                 nil,
		DialContext:           (&net.Dialer{Timeout: connectTimeout, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout:   connectTimeout,
		DisableCompression:    true,
		Protocols:             protocols,
		MaxIdleConns:          0,
		MaxIdleConnsPerHost:   max(concurrency, 2),
		IdleConnTimeout:       90 * time.Second,
		ReadBufferSize:        readSize,
		ExpectContinueTimeout: 0,
	}
}
