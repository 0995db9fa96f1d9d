package artifact

// TaskJudge is the model that decided outcomes, and what asking it took. Its
// tokens and time are in none of the evaluation's own.
type TaskJudge struct {
	Model        string   `json:"model"`
	Endpoint     *string  `json:"endpoint,omitempty"` // its address
	PromptSHA256 string   `json:"prompt_sha256"`      // of the form in which it is asked
	Judged       int64    `json:"judged"`             // replies on which it gave a verdict
	Unreadable   int64    `json:"unreadable"`         // replies on which its answer held none
	Failed       int64    `json:"failed"`             // replies on which it gave no answer
	Pending      int64    `json:"pending"`            // replies that wait for a verdict
	Items        []string `json:"items,omitempty"`    // of the unreadable and the failed
	PromptTokens *int64   `json:"prompt_tokens"`      //
	OutputTokens *int64   `json:"output_tokens"`      //
	BusyS        *float64 `json:"busy_s,omitempty"`   // time of its answers, summed, seconds
}

// Judgement is what the judge model said of one reply.
type Judgement struct {
	Verdict      *string  `json:"verdict"`          // yes or no; null = its answer held none
	Output       *string  `json:"output,omitempty"` // its answer as it came; private where the reply is
	PromptTokens *int64   `json:"prompt_tokens"`
	OutputTokens *int64   `json:"output_tokens"`
	LatencyS     *float64 `json:"latency_s"`
}

// TaskText is the size of a set of texts whose likelihood was measured.
type TaskText struct {
	Tokens int64 `json:"tokens"` // that were rated
	Bytes  int64 `json:"bytes"`  // UTF-8, of the rated tokens
	Left   int64 `json:"left"`   // tokens at the head of a window, which nothing precedes: they have no probability
}

// Likelihood is how probable a model found one window of a text.
type Likelihood struct {
	NLL    float64 `json:"nll"`    // −Σ ln p over the rated tokens, nats
	Tokens int64   `json:"tokens"` // rated
	Bytes  int64   `json:"bytes"`  // UTF-8, of the rated tokens
	Left   int64   `json:"left"`   // tokens without a probability
}
