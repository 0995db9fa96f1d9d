// Package endpoint talks to one OpenAI-compatible server and times what it
// answers. It is the only door to go-openai: that library's types are the form
// of requests, usage, models and errors, but a measured stream is read by our
// own reader, because theirs can stamp an event only after decoding it.
//
// A program takes four steps:
//
//  1. Dial finds the API under a URL given with or without /v1, before any
//     load is sent, and says in one sentence what is wrong if it is not there.
//  2. Client.Pick checks that the wanted model is served.
//  3. Client.Do sends one Request and returns an Exchange: times of arrival on
//     the monotonic clock, the kind of each event, and a failure with a class.
//     It never returns an error apart from the Exchange.
//  4. Exchange.Decode reads token counts, finish reason and (when asked for)
//     text out of the few raw events that were kept. Decoding is a step of its
//     own so that a load test can do it where it disturbs no clock.
//
// Client hygiene: no proxy from the environment, no compression, HTTP/1.1 only
// with the protocol recorded, redirects not followed, as many idle connections
// as requests in flight, an X-Request-Id for each request.
package endpoint
