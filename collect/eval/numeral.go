package eval

import (
	"math/big"
	"regexp"
	"strings"
	"unicode/utf8"
)

var (
	zhDigits = map[rune]int64{'零': 0, '〇': 0, '一': 1, '二': 2, '两': 2, '三': 3, '四': 4, '五': 5, '六': 6, '七': 7, '八': 8, '九': 9,
		'壹': 1, '贰': 2, '叁': 3, '肆': 4, '伍': 5, '陆': 6, '柒': 7, '捌': 8, '玖': 9}
	zhUnits = map[rune]int64{'十': 10, '百': 100, '千': 1000, '拾': 10, '佰': 100, '仟': 1000}
	zhMyria = map[rune]int64{'万': 1e4, '亿': 1e8}

	zhRun     = `[零〇一二两三四五六七八九壹贰叁肆伍陆柒捌玖十百千拾佰仟万亿]`
	zhPercent = regexp.MustCompile(`(负?)百分之(?:(` + zhRun + `+)(?:点(` + zhRun + `+))?|([0-9]+(?:\.[0-9]+)?))`)
	zhShare   = regexp.MustCompile(`(负?)(` + zhRun + `+)分之(` + zhRun + `+)`)
	zhNumber  = regexp.MustCompile(`(负?)(` + zhRun + `+)(?:点([零〇一二三四五六七八九]+))?`)
	// zhWords hold numerals that count nothing.
	zhWords = regexp.MustCompile(`第` + zhRun + `+|一(?:个|些|下|般|样|起|定|共|直|步|种|次|边|旦|切|致)|统一|唯一|之一|万一|十分|千万|百分号|三角|四边|两者|两边|两个`)
)

// numeralsIn finds Chinese numerals up to 亿 in folded text, with 点, 分之, 百分之
// and 负. Words that merely contain one (第一, 一共, 十分) are passed over.
func numeralsIn(s string) []quantity {
	for _, at := range zhWords.FindAllStringIndex(s, -1) {
		if strings.HasSuffix(s[:at[0]], "分") { // 八分之一
			continue
		}
		if whole := zhNumber.FindStringIndex(s[at[0]:]); whole == nil || at[0]+whole[1] <= at[1] {
			s = s[:at[0]] + strings.Repeat(" ", at[1]-at[0]) + s[at[1]:]
		}
	}
	var out []quantity
	add := func(at []int, v *big.Rat, percent bool) {
		if s[at[0]:at[1]] != "" && strings.HasPrefix(s[at[0]:], "负") {
			v.Neg(v)
		}
		out = append(out, quantity{value: v, percent: percent, from: at[0], to: at[1]})
	}
	for from := 0; from < len(s); {
		rest := s[from:]
		best, kind := []int(nil), 0
		for k, form := range []*regexp.Regexp{zhPercent, zhShare, zhNumber} {
			if at := form.FindStringSubmatchIndex(rest); at != nil && (best == nil || at[0] < best[0]) {
				best, kind = at, k
			}
		}
		if best == nil {
			break
		}
		group := func(i int) string {
			if best[2*i] < 0 {
				return ""
			}
			return rest[best[2*i]:best[2*i+1]]
		}
		var v *big.Rat
		ok := false
		switch kind {
		case 0:
			if group(4) != "" {
				v, ok = new(big.Rat).SetString(group(4))
			} else {
				v, ok = zhValue(group(2), group(3))
			}
		case 1:
			var a, b *big.Rat
			if a, ok = zhValue(group(2), ""); ok && a.Sign() != 0 {
				if b, ok = zhValue(group(3), ""); ok {
					v = b.Quo(b, a)
				}
			} else {
				ok = false
			}
		default:
			v, ok = zhValue(group(2), group(3))
		}
		if ok {
			add([]int{from + best[0], from + best[1]}, v, kind == 0)
		}
		from += best[1]
	}
	return out
}

// zhValue reads 三千零五 or the digits 二〇二五, with the digits after 点.
func zhValue(whole, part string) (*big.Rat, bool) {
	v, ok := zhWhole(whole)
	if !ok {
		return nil, false
	}
	out := new(big.Rat).SetInt64(v)
	scale := big.NewRat(1, 10)
	for _, r := range part {
		d, ok := zhDigits[r]
		if !ok {
			return nil, false
		}
		out.Add(out, new(big.Rat).Mul(big.NewRat(d, 1), scale))
		scale.Mul(scale, big.NewRat(1, 10))
	}
	return out, true
}

func zhWhole(s string) (int64, bool) {
	if !strings.ContainsAny(s, "十百千拾佰仟万亿") { // digits one by one
		if utf8.RuneCountInString(s) > 15 {
			return 0, false
		}
		v := int64(0)
		for _, r := range s {
			v = v*10 + zhDigits[r]
		}
		return v, s != ""
	}
	// total of 亿 and 万 parts, the section below 万, and the digit in hand
	total, section, digit, last := int64(0), int64(0), int64(-1), int64(0)
	zero := false
	for _, r := range s {
		if d, ok := zhDigits[r]; ok {
			if digit > 0 {
				return 0, false
			}
			digit, zero = d, zero || d == 0
			continue
		}
		if u, ok := zhUnits[r]; ok {
			if digit < 0 || digit == 0 && u == 10 { // 十二, 一百零十二
				digit = 1
			}
			section += digit * u
			digit, last, zero = -1, u, false
			continue
		}
		u := zhMyria[r]
		if digit > 0 {
			section += digit
		}
		if section == 0 && total == 0 {
			return 0, false
		}
		if u == 1e8 {
			total = (total + section) * u
		} else {
			total += section * u
		}
		if total > 1e15 {
			return 0, false
		}
		section, digit, last, zero = 0, -1, u, false
	}
	if digit > 0 {
		if !zero && last > 10 { // 三千五 is 3500, 一万二 is 12000
			digit *= last / 10
		}
		section += digit
	}
	return total + section, true
}

// zhScale reads units behind digits: 1.5万, 3亿, 2千.
func zhScale(s string) (*big.Rat, int) {
	factor, n := int64(1), 0
	if rest := strings.TrimPrefix(s, " "); rest != s && (strings.HasPrefix(rest, "万") || strings.HasPrefix(rest, "亿")) {
		v, n := zhScale(rest)
		return v, n + 1
	}
	for _, r := range s {
		u, ok := zhUnits[r]
		if !ok || r == '十' {
			if u, ok = zhMyria[r]; !ok {
				break
			}
		}
		if factor *= u; factor > 1e12 {
			return nil, 0
		}
		n += utf8.RuneLen(r)
	}
	// 千克, 千米, 百分: the character begins another word.
	for _, word := range []string{"千克", "千米", "千瓦", "千卡", "百分", "千字节"} {
		if n > 0 && strings.HasPrefix(s[n-3:], word) {
			n -= 3
			factor /= zhUnits[[]rune(word)[0]]
		}
	}
	return big.NewRat(factor, 1), n
}

var zhRestForm = regexp.MustCompile(`^([0-9]{1,8})`)

// zhRest reads what follows 万 or 亿 in digits, smaller than the unit: 123万4567,
// 3亿5000万.
func zhRest(s string, unit *big.Rat) (*big.Rat, int, bool) {
	m := zhRestForm.FindString(s)
	if m == "" {
		return nil, 0, false
	}
	v, ok := new(big.Rat).SetString(m)
	if !ok {
		return nil, 0, false
	}
	n := len(m)
	if w, length := zhScale(s[n:]); length > 0 && w.Cmp(unit) < 0 {
		v.Mul(v, w)
		n += length
		if more, length, ok := zhRest(s[n:], w); ok {
			v.Add(v, more)
			n += length
		}
	}
	return v, n, v.Cmp(unit) < 0
}
