package artifact

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"iter"
)

// content writes the bytes of a file, the same each time it is called.
type content func(io.Writer) error

func plain(data []byte) content {
	return func(w io.Writer) error { _, err := w.Write(data); return err }
}

// packed is the content under gzip.
func packed(c content) content {
	return func(w io.Writer) error {
		z, err := gzip.NewWriterLevel(w, gzip.BestCompression)
		if err != nil {
			return err
		}
		if err := c(z); err != nil {
			return err
		}
		return z.Close()
	}
}

// measure returns digest and size of what c writes.
func measure(c content) (sum string, n int64, err error) {
	h := sha256.New()
	size := &counter{}
	if err := c(io.MultiWriter(h, size)); err != nil {
		return "", 0, err
	}
	return hex.EncodeToString(h.Sum(nil)), size.n, nil
}

type counter struct{ n int64 }

func (c *counter) Write(p []byte) (int, error) { c.n += int64(len(p)); return len(p), nil }

// lines writes records as JSON lines, as EncodeRecord does.
func lines[T any](records iter.Seq2[T, error]) content {
	return func(w io.Writer) error {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		for rec, err := range records {
			if err != nil {
				return err
			}
			if err := enc.Encode(rec); err != nil {
				return fmt.Errorf("record cannot be written as JSON (a figure is not finite?): %w", err)
			}
		}
		return nil
	}
}

func each[T any](list []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, v := range list {
			if !yield(v, nil) {
				return
			}
		}
	}
}

func either(from Records, list []EvalRecord) Records {
	if from != nil {
		return from
	}
	return each(list)
}

// redacted hides in records what was not said by a model or a suite.
func redacted(r *Redactor, records Records) Records {
	return func(yield func(EvalRecord, error) bool) {
		for rec, err := range records {
			rec.redact(r)
			if !yield(rec, err) {
				return
			}
		}
	}
}
