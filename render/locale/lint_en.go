package locale

import (
	"regexp"
	"strings"
)

var enRules = rules(
	"E2", `!|[\x{1F000}-\x{1FAFF}\x{2600}-\x{27BF}]|(?i)\b(?:we|please|simply|just|obviously)\b`,
	"E3", `(?i)\b(?:colour\w*|behaviour\w*|licence\w*|cancelled|cancelling|neighbour\w*|centre\w*|analys(?:e|ed|ing)|(?:optim|summar|normal|serial|general|organ|recogn|util)is(?:e|ed|es|ing|ation)|labelled|modelled|favour\w*|artefact\w*|judgement\w*|catalogue\w*|grey|whilst|data sets?|metre\w*)\b`,
	"E4", `(?i)\bwarmup\b|\bend to end\b|\btime-outs?\b|\brun to run\b|\bclient bound\b|\bprefix-cache hit\b|\bp(?:50|90|95|99)-latency\b`,
	"E5", `\b(?:tps|TPS|QPS|RPS)\b|\btok/s\b|\btoken/s\b`,
	"E6", `×\s*(?:faster|slower|higher|lower)|\btimes (?:faster|more|higher|slower)|% faster|(?i)\bup to\b`,
	"E7", `\bvs\.|(?i)\bversus\b`,
	"E8", `(?i)\b(?:outperform\w*|beats|winners?|best-in-class|huge|blazing\w*)\b`,
	"E10", `[0-9] %|"|[A-Za-z]'[a-z]|(?:^|[\s(])-[0-9]`,
	"E11", `[A-Za-z]\(e?s\)`,
	"E12", `(?i)\bthe (?:below|above) (?:table|figure|chart)|\bas following\b|\bmore (?:faster|slower|better)\b|\binfos\b|\bin this paper\b|\bperformance\b`,
	"E14", `\p{Han}|[，。；：（）％～、]`,
)

var (
	enSignificant = regexp.MustCompile(`(?i)(\w+ )?\bsignificant(?:ly)?\b`)
	enDigitDash   = regexp.MustCompile(`[0-9]-[0-9]`)
	enDate        = regexp.MustCompile(`\b[0-9]{4}-[0-9]{2}(?:-[0-9]{2})?\b`)
	enFigureFirst = regexp.MustCompile(`(?:^|[.?] )[0-9][0-9,.]*%? [a-z]+ [^.?]*[.?]`)
	enWord        = regexp.MustCompile(`[A-Za-z]+`)
)

// LintEN checks English text by the rules E2 to E14, as far as a pattern can
// tell. E1 needs to know what is a label: see LintLabel.
func LintEN(s string) []Fault {
	var faults []Fault
	for i, line := range prose(s) {
		n := i + 1
		line = strings.ReplaceAll(line, "中文", "")
		faults = append(faults, apply(enRules, line, n)...)
		for _, m := range enSignificant.FindAllString(line, -1) {
			if !strings.HasPrefix(strings.ToLower(m), "statistically ") {
				faults = append(faults, Fault{"E8", m, n})
			}
		}
		for _, word := range strings.Fields(enDate.ReplaceAllString(line, "")) {
			if enDigitDash.MatchString(word) && !enWord.MatchString(word) {
				faults = append(faults, Fault{"E10", word, n})
			}
		}
		for _, m := range enFigureFirst.FindAllString(line, -1) {
			faults = append(faults, Fault{"E9", m, n})
		}
	}
	return faults
}

// names are words that keep their capital inside a label.
var names = map[string]bool{
	"Wilson": true, "Newcombe": true, "Holm": true, "Mann": true, "Whitney": true, "Poisson": true, "Markdown": true,
	"Atom": true, "Chinese": true, "English": true, "Better": true, "Generated": true, "JavaScript": true,
}

// sentenceCase finds capitals inside a label that belong to no name: E1.
func sentenceCase(label string) []Fault {
	var faults []Fault
	for _, line := range prose(label) {
		fields := strings.Fields(line)
		for i, word := range fields {
			word = strings.Trim(word, "(),;“”")
			opens := i == 0 || strings.ContainsAny(fields[i-1], ".:;/·")
			if opens || len(word) < 3 || names[word] || word[0] < 'A' || word[0] > 'Z' {
				continue
			}
			if rest := word[1:]; rest == strings.ToLower(rest) && enWord.FindString(rest) == rest {
				faults = append(faults, Fault{"E1", label, 1})
			}
		}
	}
	return faults
}
