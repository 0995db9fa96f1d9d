package eval

import "strings"

// SimulatedVerdict plays a judge for simulated runs: it takes an answer that
// holds the key for right. It reads the form in which a judge is asked; ok is
// false for any other prompt.
func SimulatedVerdict(prompt string) (reply string, ok bool) {
	_, rest, found := strings.Cut(prompt, "\n\nReference answer:\n")
	if !found {
		return "", false
	}
	key, rest, found := strings.Cut(rest, "\n\nAnswer to compare,")
	if !found {
		return "", false
	}
	const line = "\n====================\n"
	_, answer, found := strings.Cut(rest, line)
	if !found {
		return "", false
	}
	answer, _, _ = strings.Cut(answer, line)
	extracted, verdict := "none", "no"
	if strings.Contains(strings.ToLower(answer), strings.ToLower(strings.TrimSpace(key))) {
		extracted, verdict = strings.TrimSpace(key), "yes"
	}
	return "extracted: " + extracted + "\nreason: the texts were compared letter by letter\ncorrect: " + verdict, true
}
