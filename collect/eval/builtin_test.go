package eval

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// computed works out every key of decidable-40 from the question's own data.
var computed = map[string]func() string{
	"a01": func() string { return itoa(47 * 86) },
	"a02": func() string { return itoa(5000 - 1234 - 987) },
	"a03": func() string { return itoa((18+27)*14 - 96) },
	"a04": func() string { return itoa(375 * 16 / 1000) },
	"a05": func() string { return itoa(1<<12 - 3*3*3*3*3*3) },
	"a06": func() string { return strconv.FormatFloat(17.0/8, 'f', -1, 64) },
	"a07": func() string {
		sum := int64(0)
		for i := range int64(151) {
			sum += i
		}
		return itoa(sum)
	},
	"a08": func() string { return itoa(987654 % 97) },
	"l01": func() string {
		people := []string{"A", "B", "C", "D"}
		var answer string
		permute(people, func(tall []string) { // tallest first
			at := func(p string) int { return slices.Index(tall, p) }
			if at("A") < at("B") && at("C") > at("B") && at("D") < at("A") {
				answer += tall[1]
			}
		})
		return answer
	},
	"l02": func() string {
		n := int64(0)
		for p := 21; p < 50; p++ {
			prime := true
			for d := 2; d < p; d++ {
				prime = prime && p%d != 0
			}
			if prime {
				n++
			}
		}
		return itoa(n)
	},
	"l03": func() string {
		answer := ""
		for box := 1; box <= 3; box++ {
			if b2i(box == 1)+b2i(box != 2)+b2i(box != 1) == 1 {
				answer += strconv.Itoa(box)
			}
		}
		return answer
	},
	"l04": func() string {
		given := []int64{2, 6, 12, 20, 30}
		for i, v := range given {
			if int64(i+1)*int64(i+2) != v {
				return "no rule"
			}
		}
		return itoa(6 * 7)
	},
	"l05": func() string {
		if 7 > 5 && 3 > 4 || !(2 > 9) {
			return "A"
		}
		return "B"
	},
	"l06": func() string {
		n := int64(0)
		for i := range 12 {
			for range i {
				n++
			}
		}
		return itoa(n)
	},
	"l07": func() string {
		for n := int64(1); ; n++ {
			if n%2 == 1 && n%3 == 2 && n%4 == 3 {
				return itoa(n)
			}
		}
	},
	"s01": func() string { r := []rune("benchmark-42"); slices.Reverse(r); return string(r) },
	"s02": func() string { return strconv.Itoa(strings.Count("mississippi sassafras", "s")) },
	"s03": func() string { return "throughput"[4:5] },
	"s04": func() string { return strings.ToUpper("precision matters") },
	"s05": func() string { r := []rune("quantize"); slices.Sort(r); return string(r) },
	"s06": func() string { return strings.ReplaceAll("books on rooftops", "o", "0") },
	"s07": func() string {
		out := ""
		for _, w := range strings.Fields("Large Arrays Travel Every Night Carefully Yonder") {
			out += strings.ToUpper(w[:1])
		}
		return out
	},
	"f01": func() string { return fmt.Sprintf(`{"name":%q,"bits":%d}`, "fp8", 8) },
	"f02": func() string {
		n := []int{12, 30, 7}
		slices.Sort(n)
		return fmt.Sprintf("%d;%d;%d", n[0], n[1], n[2])
	},
	"f03": func() string { return time.Date(2024, time.March, 9, 0, 0, 0, 0, time.UTC).Format("2006-01-02") },
	"f04": func() string { return fmt.Sprintf("%#x", 255) },
	"f05": func() string { return fmt.Sprintf("%b", 45) },
	"f06": func() string {
		s := "1234567"
		for i := len(s) - 3; i > 0; i -= 3 {
			s = s[:i] + "," + s[i:]
		}
		return s
	},
	"u01": func() string { return itoa(int64((2*time.Hour + 35*time.Minute).Seconds())) },
	"u02": func() string { return itoa(32 * 100) },
	"u03": func() string {
		from, to := time.Date(2024, 2, 10, 0, 0, 0, 0, time.UTC), time.Date(2024, 3, 10, 0, 0, 0, 0, time.UTC)
		return itoa(int64(to.Sub(from) / (24 * time.Hour)))
	},
	"u04": func() string {
		return strconv.Itoa((int(time.Date(2024, 7, 4, 0, 0, 0, 0, time.UTC).Weekday())+6)%7 + 1)
	},
	"u05": func() string { return itoa((1<<30 + 1<<29) >> 20) },
	"u06": func() string { return itoa(50*9/5 + 32) },
	"u07": func() string {
		return time.Date(2024, 1, 1, 21, 50, 0, 0, time.UTC).Add(3*time.Hour + 25*time.Minute).Format("15:04")
	},
	"i01": func() string { return strings.Join([]string{"ready", "ready", "ready"}, "-") },
	"i02": func() string {
		out := ""
		for n := 5; n > 0; n-- {
			out += " " + strconv.Itoa(n)
		}
		return out[1:]
	},
	"i03": func() string { return "[" + strings.Split("red, green, blue, yellow", ", ")[2] + "]" },
	"i04": func() string { return strings.ToUpper("ok") },
	"i05": func() string { return strings.Repeat("=", 7) },
}

func permute(list []string, visit func([]string)) {
	var walk func(int)
	walk = func(k int) {
		if k == len(list) {
			visit(list)
			return
		}
		for i := k; i < len(list); i++ {
			list[k], list[i] = list[i], list[k]
			walk(k + 1)
			list[k], list[i] = list[i], list[k]
		}
	}
	walk(0)
}

func TestDecidable40(t *testing.T) {
	var twins [2]*Suite
	for i, name := range []string{"decidable-40-zh", "decidable-40-en"} {
		s, err := LoadSuite(t.Context(), name, Source{})
		if err != nil {
			t.Fatal(err)
		}
		twins[i] = s
		rule, err := ScorerByName(s.Scorer)
		if err != nil {
			t.Fatal(err)
		}
		categories := map[string]int{}
		for _, it := range s.Items {
			work := computed[it.ID]
			if work == nil {
				t.Fatalf("%s %s: no computation", name, it.ID)
			}
			if key := work(); key != it.Expected {
				t.Errorf("%s %s: the key is %q, computed %q", name, it.ID, it.Expected, key)
			}
			if v := rule.Score(Reply{Type: it.Type, Expected: it.Expected, Output: off + it.Expected}); v.Outcome != yes {
				t.Errorf("%s %s: its own key is %s (%s)", name, it.ID, v.Outcome, v.Detail)
			}
			if v := rule.Score(Reply{Type: it.Type, Expected: it.Expected, Output: "9" + it.Expected}); v.Outcome == yes {
				t.Errorf("%s %s: a wrong answer passes", name, it.ID)
			}
			categories[it.Category]++
		}
		if len(s.Items) != 40 || len(computed) != 40 || len(categories) != 6 {
			t.Errorf("%s: %d items, %d computations, categories %v", name, len(s.Items), len(computed), categories)
		}
	}
	for i, zh := range twins[0].Items {
		en := twins[1].Items[i]
		if zh.Stem != en.Stem || zh.Stem == "" || zh.Expected != en.Expected || zh.Type != en.Type || zh.Category != en.Category ||
			zh.Lang != "zh" || en.Lang != "en" || zh.Hash() == en.Hash() || zh.Messages[0].Content == en.Messages[0].Content {
			t.Errorf("%s and %s are no twins", zh.ID, en.ID)
		}
	}
}
