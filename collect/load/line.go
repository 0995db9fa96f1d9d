package load

import (
	"strconv"
	"time"
)

// appendJSON appends o as encoding/json would write it, with times as whole
// microseconds in seconds. Only fields that are known inside the measured window
// are written; the rest follows from raw.
func (o *Observation) appendJSON(b []byte) []byte {
	r := &o.Record
	b = append(b, `{"record":{"request_id":`...)
	b = appendString(b, r.RequestID)
	for _, f := range [...]struct {
		key string
		v   *float64
	}{{"scheduled_s", r.ScheduledS}, {"sent_s", r.SentS}, {"first_s", r.FirstS}, {"first_answer_s", r.FirstAnswerS}, {"last_s", r.LastS}, {"end_s", r.EndS}} {
		if f.v != nil {
			b = appendSeconds(appendKey(b, f.key), *f.v)
		}
	}
	for _, f := range [...]struct {
		key string
		v   *int64
	}{{"prompt_tokens", r.PromptTokens}, {"output_tokens", r.OutputTokens}, {"chunks", r.Chunks}, {"reasoning_tokens", r.Reasoning}, {"cached_tokens", r.Cached}} {
		if f.v != nil {
			b = strconv.AppendInt(appendKey(b, f.key), *f.v, 10)
		}
	}
	for _, f := range [...]struct {
		key string
		v   *string
	}{{"finish_reason", r.FinishReason}, {"error", r.Error}, {"message", r.Message}} {
		if f.v != nil {
			b = appendString(appendKey(b, f.key), *f.v)
		}
	}
	b = appendList(b, "chunk_s", r.ChunkS, appendSeconds)
	b = append(b, '}')
	b = appendList(b, "steps", o.Steps, func(b []byte, n int64) []byte { return strconv.AppendInt(b, n, 10) })
	if o.Resent != 0 {
		b = strconv.AppendInt(appendKey(b, "resent"), int64(o.Resent), 10)
	}
	b = appendList(b, "raw", o.Raw, appendString)
	return append(b, '}')
}

func appendKey(b []byte, key string) []byte {
	b = append(b, ',', '"')
	b = append(b, key...)
	return append(b, '"', ':')
}

func appendList[T any](b []byte, key string, list []T, one func([]byte, T) []byte) []byte {
	if len(list) == 0 {
		return b
	}
	b = append(appendKey(b, key), '[')
	for i, v := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = one(b, v)
	}
	return append(b, ']')
}

// appendSeconds writes v to the microsecond, which is what observe rounds to.
func appendSeconds(b []byte, v float64) []byte {
	if v < 0 {
		b, v = append(b, '-'), -v
	}
	n := time.Duration(v*1e6 + 0.5)
	b = strconv.AppendInt(b, int64(n/1e6), 10)
	if n %= 1e6; n > 0 {
		b = append(b, '.')
		for unit := time.Duration(100000); n > 0; unit /= 10 {
			b = append(b, byte('0'+n/unit))
			n %= unit
		}
	}
	return b
}

// appendString writes s as a JSON string. Bytes that are no UTF-8 stay as they
// are: the reader replaces them, as it would in the event itself.
func appendString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	from := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		b = append(b, s[from:i]...)
		from = i + 1
		if c < ' ' {
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		} else {
			b = append(b, '\\', c)
		}
	}
	return append(append(b, s[from:]...), '"')
}
