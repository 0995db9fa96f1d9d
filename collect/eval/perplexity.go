package eval

import (
	"fmt"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"benchsite/collect/artifact"
	"benchsite/collect/endpoint"
	"benchsite/render/stats"
)

// typeText is the type of items that are windows of a text: nothing is asked,
// the server says how probable the text is.
const typeText = "text"

// defaultWindow is how many bytes of a text are read at once: some two thousand
// tokens, which every server takes.
const defaultWindow = 8192

// Windows says how texts are cut. Bytes are the unit because every model then
// reads the same windows, whatever its tokens.
type Windows struct {
	Bytes  int // of one window; 0 = defaultWindow
	Stride int // bytes by which windows advance; 0 = Bytes, windows that do not overlap
}

func (w Windows) filled() Windows {
	if w.Bytes <= 0 {
		w.Bytes = defaultWindow
	}
	if w.Stride <= 0 || w.Stride > w.Bytes {
		w.Stride = w.Bytes
	}
	return w
}

// document is one text of a set.
type document struct {
	id, category, lang, text string
}

// windowsOf cuts texts into the items of a suite. Each part of a text is rated
// once. Where windows overlap, what comes before the part leads in and is not
// rated again.
func windowsOf(docs []document, w Windows) []Item {
	w = w.filled()
	var out []Item
	for _, d := range docs {
		n := 0
		for from := 0; from < len(d.text); {
			to := partEnd(d.text, from, w.Stride)
			lead := 0
			if from > 0 && w.Stride < w.Bytes {
				lead = from - border(d.text, max(0, to-w.Bytes), from)
			}
			n++
			out = append(out, Item{ID: fmt.Sprintf("%s-%04d", d.id, n), Type: typeText, Category: d.category, Lang: d.lang, Stem: d.id,
				Messages: endpoint.User(d.text[from-lead : to]), Lead: lead})
			from = to
		}
	}
	return out
}

// partEnd is where a part of at most size bytes that begins at from ends: before
// white space in its last quarter, else at the border of a character. Tokens
// seldom lie across white space.
func partEnd(text string, from, size int) int {
	end := from + size
	if end >= len(text) {
		return len(text)
	}
	for end > from+1 && !utf8.RuneStart(text[end]) {
		end--
	}
	for at := end; at > from+size*3/4; {
		r, n := utf8.DecodeRuneInString(text[at:])
		if unicode.IsSpace(r) && n > 0 {
			if before, _ := utf8.DecodeLastRuneInString(text[:at]); !unicode.IsSpace(before) {
				return at
			}
		}
		_, n = utf8.DecodeLastRuneInString(text[:at])
		at -= n
	}
	return end
}

// border is the first place at or after from, and before end, at which white
// space or else a character begins.
func border(text string, from, end int) int {
	for at := from; at < end; at++ {
		if c := text[at]; c == ' ' || c == '\n' {
			return at
		}
	}
	for from < end && !utf8.RuneStart(text[from]) {
		from++
	}
	return from
}

// likelihoodOf sums up what the server said of a window. lead are the tokens
// that only lead in. The first token of a window has no probability and is left
// out, and so are its bytes where the server shows its tokens.
func likelihoodOf(l *endpoint.Likelihood, lead int, part string) (artifact.Likelihood, error) {
	var out artifact.Likelihood
	if lead >= len(l.Logprobs) {
		return out, fmt.Errorf("the server counts %d tokens of lead-in and %d in all", lead, len(l.Logprobs))
	}
	rated := 0
	plain := true
	for i, v := range l.Logprobs[lead:] {
		if math.IsNaN(v) {
			out.Left++
			continue
		}
		if math.IsInf(v, 0) || v > 1e-6 {
			return out, fmt.Errorf("token %d has the log probability %v", lead+i, v)
		}
		out.NLL -= v
		out.Tokens++
		t := l.Texts[lead+i]
		rated += len(t)
		plain = plain && t != "" && !strings.ContainsRune(t, utf8.RuneError)
	}
	out.Bytes = int64(len(part))
	if out.Left > 0 && plain && rated < len(part) && strings.HasSuffix(part, strings.Join(l.Texts[len(l.Texts)-int(out.Tokens):], "")) {
		out.Bytes = int64(rated)
	}
	return out, nil
}

// textSums is what windows add up to, overall and by data set.
type textSums struct {
	all     textSum
	byGroup map[string]*textSum
}

type textSum struct {
	parts []stats.Part
	text  artifact.TaskText
}

func (s *textSum) add(l *artifact.Likelihood, stem string) {
	s.parts = append(s.parts, stats.Part{Sum: l.NLL, Weight: float64(l.Tokens), Cluster: stem})
	s.text.Tokens += l.Tokens
	s.text.Bytes += l.Bytes
	s.text.Left += l.Left
}

// mean is nats a token. Windows of one text resemble each other; a single text
// has only its windows to tell of the doubt.
func (s *textSum) mean() stats.Mean {
	m := stats.NewWeightedMean(s.parts)
	if m.Units > 1 {
		return m
	}
	apart := make([]stats.Part, len(s.parts))
	for i, p := range s.parts {
		p.Cluster = fmt.Sprint(i)
		apart[i] = p
	}
	return stats.NewWeightedMean(apart)
}

// bitsPerByte is the same surprise over the bytes of the text, which no
// tokenizer changes.
func (s *textSum) bitsPerByte(m stats.Mean) float64 {
	return m.Mean * float64(s.text.Tokens) / math.Ln2 / float64(s.text.Bytes)
}

// metrics are perplexity exp(nats a token), nats a token and bits a byte, each
// better when lower.
func (s *textSum) metrics() []artifact.Metric {
	m := s.mean()
	if m.N == 0 || s.text.Tokens == 0 || s.text.Bytes == 0 {
		return nil
	}
	n, lower := int64(m.N), "lower"
	ppl := math.Exp(m.Mean)
	out := []artifact.Metric{
		{Metric: MetricPerplexity, Value: &ppl, N: &n, Better: &lower, Primary: true},
		{Metric: MetricNLL, Value: artifact.Ptr(m.Mean), N: &n, Better: &lower},
		{Metric: MetricBitsPerByte, Value: artifact.Ptr(s.bitsPerByte(m)), N: &n, Better: &lower},
	}
	if m.SE > 0 {
		out[0].Stderr, out[1].Stderr = artifact.Ptr(ppl*m.SE), artifact.Ptr(m.SE)
	}
	return out
}

// The metrics of a set of texts.
const (
	MetricPerplexity  = "perplexity"
	MetricNLL         = "nll"
	MetricBitsPerByte = "bits-per-byte"
)

// scoreText has nothing to say of a reply.
func scoreText(Reply) Verdict {
	return Verdict{Outcome: artifact.OutcomeError, Detail: "a text is rated by the server and cannot be scored again"}
}
