package simulate

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Answers tells the server what to say to certain prompts, so that an evaluation
// of it shows a plausible mix: most answers are right, some are wrong on every
// profile alike, some on one profile alone, more of them the fewer bits it
// claims. The same prompt and seed get the same reply. keys is by the text of the
// last message; it is meant for a server that runs no load.
func (s *Server) Answers(keys map[string]string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers = keys
}

// Respond tells the server what to say to prompts that answer knows.
func (s *Server) Respond(answer func(prompt string) (reply string, ok bool)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.respond = answer
}

// slips is how many of a thousand answers a profile alone gets wrong.
var slips = map[string]uint64{"bf16": 15, "fp8": 30, "nvfp4": 70}

// known returns the reply to a prompt with an answer, in tokens.
func (s *Server) known(req *request) []string {
	var prompt string
	if json.Unmarshal(req.Messages[len(req.Messages)-1].Content, &prompt) != nil {
		return nil
	}
	s.mu.Lock()
	key, ok := s.answers[prompt]
	respond := s.respond
	s.mu.Unlock()
	if respond != nil {
		if reply, ok := respond(prompt); ok {
			return pieces(reply)
		}
	}
	if !ok || key == "" {
		return nil
	}
	common := hashOf("common", prompt) >> 7 % 1000
	own := hashOf("own", prompt, s.profile.Name, fmt.Sprint(s.options.Seed, req.Seed)) >> 7 % 1000
	if strings.HasPrefix(key, programFence) {
		return pieces(program(key, common, own, slips[s.profile.Name]))
	}
	switch {
	case common < 40 || own < slips[s.profile.Name]/2:
		key = slipped(key)
	case common < 60:
		key = "I am not sure."
	case own < slips[s.profile.Name]:
		key = "It should be " + slipped(key) + ", as far as I can tell."
	}
	return pieces(key)
}

const programFence = "```python\n"

// program is the reply where a program is asked for: the right one, or one with a
// slip, one that never ends, one that stops at once, or none. Suites of programs
// are small, so that more of them go wrong.
func program(right string, common, own, slips uint64) string {
	fault := own
	if common < 120 {
		fault = common
	} else if own >= 6*slips {
		return right
	}
	body := strings.TrimPrefix(right, programFence)
	switch fault % 5 {
	case 0:
		return programFence + "while True:\n    pass\n" + body
	case 1:
		return programFence + "raise SystemExit(0)\n" + body
	case 2:
		return "I would need to know more about the input before I write this."
	}
	return "This should do it.\n\n" + slipped(right)
}

// slipped is a wrong answer that looks like the right one: its last letter or
// digit is the next one.
func slipped(key string) string {
	r := []rune(key)
	for i := len(r) - 1; i >= 0; i-- {
		switch c := r[i]; {
		case c == '9':
			r[i] = '0'
		case c >= '0' && c < '9', c >= 'a' && c < 'z', c >= 'A' && c < 'Z':
			r[i]++
		default:
			continue
		}
		return string(r)
	}
	return key + key
}

// pieces cuts a text into tokens of about four characters, so that together they
// are the text.
func pieces(text string) []string {
	var out []string
	r := []rune(text)
	for from := 0; from < len(r); from += 4 {
		out = append(out, string(r[from:min(from+4, len(r))]))
	}
	return out
}
