package code

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"strings"
)

// Channel is the two-way channel to a program.
type Channel = io.ReadWriter

// maxFrame bounds one message of a program, in bytes.
const maxFrame = 64 << 20

var errFrame = errors.New("a message is larger than what is taken")

// readFrame reads one message: its length in four bytes, then JSON. The room is
// made as the bytes come, so that a length that lies costs nothing.
func readFrame(r io.Reader) ([]byte, error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	n := binary.BigEndian.Uint32(head[:])
	if n > maxFrame {
		return nil, errFrame
	}
	var b bytes.Buffer
	if got, err := io.CopyN(&b, r, int64(n)); err != nil {
		return nil, fmt.Errorf("a message of %d bytes ended after %d: %w", n, got, err)
	}
	return b.Bytes(), nil
}

func writeFrame(w io.Writer, data []byte) error {
	frame := binary.BigEndian.AppendUint32(make([]byte, 0, len(data)+4), uint32(len(data)))
	_, err := w.Write(append(frame, data...))
	return err
}

// reply is a message that answers a request: a value or an exception.
type reply struct {
	Value json.RawMessage `json:"r"`
	Error *exception      `json:"e"`
}

type exception struct {
	Type string `json:"type"`
	Text string `json:"text"`
}

func (e *exception) String() string {
	if e.Text == "" {
		return e.Type
	}
	return e.Type + ": " + e.Text
}

// taggedJSON writes a JSON text in the form of the channel: objects become tagged
// dicts, numbers stay as they are written.
func taggedJSON(data []byte) (json.RawMessage, error) {
	v, err := decodeJSON(data)
	if err != nil {
		return nil, err
	}
	return json.Marshal(tagged(v))
}

func tagged(v any) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = tagged(x)
		}
		return out
	case map[string]any:
		list := [][2]any{}
		for _, k := range sortedKeys(v) {
			list = append(list, [2]any{k, tagged(v[k])})
		}
		return map[string]any{"t": "dict", "v": list}
	}
	return v
}

// plainOf undoes what unpack1 made for comparing, to show it.
func plainOf(v any) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = plainOf(x)
		}
		return out
	case pairs:
		out := map[string]any{}
		for _, p := range v {
			out[strings.Trim(fmt.Sprint(plainOf(p[0])), `"`)] = plainOf(p[1])
		}
		return out
	case *big.Rat:
		return json.Number(v.Num().String())
	case float64:
		return fmt.Sprint(v)
	case other:
		return "(a value that is no JSON)"
	}
	return v
}
