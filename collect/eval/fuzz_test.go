package eval

import (
	"testing"

	"benchsite/collect/artifact"
)

// No reply makes a scorer panic, and an empty or open one is never correct.
func FuzzReplies(f *testing.F) {
	for _, s := range []string{"42", "1.5 万千克", "1{,}234", "2^{10} = 1,024", "负三分之一", "百分之", `\boxed{\frac{1}{2}`, "答案是 C", "½", "1/0", "3 0/0", "𝟒", "<think>7", "5!!", "1e999", "-\\frac12%"} {
		f.Add(s, "7")
	}
	rules := Scorers()
	f.Fuzz(func(t *testing.T, output, key string) {
		if len(output)+len(key) > 200 {
			return
		}
		for _, s := range rules {
			for _, kind := range typedTypes {
				v := s.Score(Reply{Type: kind, Expected: key, Output: output})
				if v.Outcome == artifact.OutcomeCorrect && v.Extracted == nil {
					t.Errorf("%s: correct without an answer", s)
				}
				if v := s.Score(Reply{Type: kind, Expected: key, Output: "<think>" + key}); s.Name != "legacy-2025" && v.Outcome == artifact.OutcomeCorrect {
					t.Errorf("%s: an open thought is correct for the key %q", s, key)
				}
			}
		}
	})
}
