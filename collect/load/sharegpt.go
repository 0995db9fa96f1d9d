package load

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"

	"benchsite/collect/endpoint"
)

// ShareGPT asks the questions of recorded conversations, in the form of the
// ShareGPT files: a list of {"conversations": [{"from": "human", "value": …},
// {"from": "gpt", "value": …}, …]}. The recorded answers are not sent: of a
// dialogue the server gives its own.
type ShareGPT struct {
	file
	asked [][]string // of each conversation what the human said
	turns int
}

// ReadShareGPT reads such a file and takes up to so many turns of each
// conversation. Conversations that do not begin with a question are left out.
// A seed shuffles them; nil keeps their order.
func ReadShareGPT(path string, turns int, seed *uint64) (*ShareGPT, error) {
	in, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("prompt file: %w", err)
	}
	defer in.Close()
	w := &ShareGPT{file: file{Name: filepath.Base(path)}, turns: max(turns, 1)}
	// The usual file has hundreds of megabytes, most of them answers: it is read
	// conversation by conversation.
	hash := sha256.New()
	dec := json.NewDecoder(io.TeeReader(in, hash))
	bad := func(err error) (*ShareGPT, error) {
		return nil, fmt.Errorf("prompt file %s: not a list of conversations: %v", w.Name, err)
	}
	if t, err := dec.Token(); err != nil {
		return bad(err)
	} else if t != json.Delim('[') {
		return bad(fmt.Errorf("it begins with %v", t))
	}
	for dec.More() {
		var c recorded
		if err := dec.Decode(&c); err != nil {
			return bad(err)
		}
		if asked := c.asked(w.turns); len(asked) > 0 {
			w.asked = append(w.asked, asked)
		}
	}
	if _, err := dec.Token(); err != nil {
		return bad(err)
	}
	if _, err := io.Copy(hash, in); err != nil {
		return bad(err)
	}
	w.sha256 = hex.EncodeToString(hash.Sum(nil))
	if len(w.asked) == 0 {
		return nil, fmt.Errorf("prompt file %s holds no conversation that a human begins", w.Name)
	}
	shuffle(seed, w.asked)
	w.shuffled = seed
	return w, nil
}

// recorded is one conversation of a ShareGPT file.
type recorded struct {
	Conversations []struct {
		From  string `json:"from"`
		Value string `json:"value"`
	} `json:"conversations"`
}

// asked returns the first questions, none when the conversation does not begin
// with one.
func (c recorded) asked(turns int) (asked []string) {
	for _, t := range c.Conversations {
		human := t.From == "human" || t.From == "user"
		switch {
		case len(asked) == 0 && t.From == "system":
			continue
		case len(asked) == 0 && !human, human && t.Value == "", len(asked) == turns:
			return asked
		case human:
			asked = append(asked, t.Value)
		}
	}
	return asked
}

// Messages implements Workload: the first question.
func (w *ShareGPT) Messages(i int) []endpoint.Message { return w.Turn(i, 0) }

// Turns implements Dialogue.
func (w *ShareGPT) Turns(session int) int { return len(w.asked[session%len(w.asked)]) }

// Turn implements Dialogue.
func (w *ShareGPT) Turn(session, turn int) []endpoint.Message {
	return endpoint.User(w.asked[session%len(w.asked)][turn])
}

// Describe implements Workload.
func (w *ShareGPT) Describe() Description {
	turns := 0
	for _, asked := range w.asked {
		turns += len(asked)
	}
	d := w.describe("sharegpt", turns)
	if w.turns > 1 {
		d.More["turns"] = w.turns
	}
	return d
}

// file is what the workloads that are read share.
type file struct {
	Name     string // base name
	sha256   string
	shuffled *uint64
}

// readFile reads a whole file and names it.
func readFile(path string) (file, []byte, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return file{}, nil, fmt.Errorf("prompt file: %w", err)
	}
	return file{Name: filepath.Base(path), sha256: sum(data)}, data, nil
}

func (f file) describe(kind string, distinct int) Description {
	d := Description{Kind: kind, SHA256: f.sha256, Distinct: distinct, More: map[string]any{}}
	if f.shuffled != nil {
		d.More["workload_seed"] = fmt.Sprint(*f.shuffled)
	}
	return d
}

// Source returns the base name of the file and its hash.
func (f file) Source() (name, sha256 string) { return f.Name, f.sha256 }

// Read is a workload that came from a file.
type Read interface {
	Workload
	Source() (name, sha256 string)
}

// shuffle puts a list into an order that the seed fixes.
func shuffle[T any](seed *uint64, list []T) {
	if seed != nil {
		r := rand.New(rand.NewPCG(*seed, 0x5f0ff1e))
		r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	}
}
