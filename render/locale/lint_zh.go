package locale

import (
	"regexp"
	"strings"
	"unicode"
)

const zhMarks = `，。；：？、（）《》“”`

var zhRules = rules(
	"Z1", `\p{Han}[A-Za-z0-9]|[A-Za-z0-9%×]\p{Han}`,
	"Z2", ` [`+zhMarks+`]|[`+zhMarks+`] +[^ |]`,
	"Z3", `\p{Han}[,.;:?!()]|[,;:?!()]\p{Han}`,
	"Z4", `[０-９Ａ-Ｚａ-ｚ％／]`,
	"Z5", `[「」『』]`,
	"Z6", `\.\.\.|。。`,
	"Z7", `[0-9]\s*[~－]\s*[0-9]|[0-9]-[0-9]+(?:%| ?ms| ?s\b)`,
	"Z8", `[0-9](?:ms|s|tokens/s|req/s|KiB|MiB|GiB|W)\b|[0-9] +%`,
	"Z9", `^[，。、；：？）》”’～……]|[（《“‘]$`,
	"Z11", `[！!]|[，。；：？]{2}`,
	"Z13", `\b(?:Token|TOKEN)s?\b|\b[Vv]llm\b|\bGithub\b|\bHuggingFace\b|KV Cache\b|\bP(?:50|90|95|99)\b`,
	"Z15", `进行了?(?:测试|比较|对比|评测|计算|分析)|对于[^，。]*来说|作为一个|其中之一|被(?:用来|认为)|通过[^，。]*来|的话|当[^，。]*的时候|一个(?:更|新的)`,
	"Z17", `(?:降低|减少|下降|提升|提高|快|慢)了? ?[0-9.]+ ?倍`,
	"Z18", `相差 ?[+−]?[0-9.]+%`,
	"Z19", `(?:^|[^A-Za-z0-9])-[0-9]`,
)

// zhWordRules look for words, with the longer ones that hold them taken out.
var zhWordRules = rules(
	"Z12", `[你您]|请[^。；|]*请`,
	"Z14", `词元|令牌|时延|延时|首字延迟|首包延迟|吞吐率|准确度|正确率|测评|评估|并发用户|投机|工件|制品|产物|自举|误差范围|威尔逊|洞察|亮点|端点|显著|精度|基准`,
)

// zhListRules hold only for lines with Han.
var zhListRules = rules("Z5", `"`, "Z10", `[A-Za-z0-9], ?[A-Za-z0-9]`)

var (
	// zhAllowed takes out the longer words that hold a word which is ruled out.
	zhAllowed   = strings.NewReplacer("访问令牌", "", "数值精度", "", "基准测试", "", "统计显著性", "", "请求", "", "申请", "")
	zhBrackets  = regexp.MustCompile(`（[^（）]*）`)
	zhEllipsis  = regexp.MustCompile(`…+`)
	thousands   = regexp.MustCompile(`\b[0-9]{1,3}(?:,[0-9]{3})+\b`)
	zhStops     = regexp.MustCompile(`[。？]`)
	zhCellSplit = regexp.MustCompile(`(?:^|[^\\])\|`)
)

// maxHan is how many Han characters a sentence may have outside brackets.
const maxHan = 60

// LintZH checks Chinese text by the rules Z1 to Z20, as far as a pattern can
// tell. Z16 needs to know what is a label: see LintLabel.
func LintZH(s string) []Fault {
	var faults []Fault
	for i, line := range prose(s) {
		for _, cell := range zhCellSplit.Split(line, -1) {
			cell = strings.TrimSpace(cell)
			n := i + 1
			faults = append(faults, apply(zhRules, cell, n)...)
			faults = append(faults, apply(zhWordRules, zhAllowed.Replace(cell), n)...)
			if strings.ContainsFunc(cell, han) {
				faults = append(faults, apply(zhListRules, thousands.ReplaceAllString(cell, "0"), n)...)
			}
			for _, dots := range zhEllipsis.FindAllString(cell, -1) {
				if len([]rune(dots)) != 2 {
					faults = append(faults, Fault{"Z6", dots, n})
				}
			}
			faults = append(faults, long(cell, n)...)
		}
	}
	return faults
}

// long finds sentences of more than maxHan Han characters outside brackets.
func long(line string, number int) []Fault {
	for zhBrackets.MatchString(line) {
		line = zhBrackets.ReplaceAllString(line, "")
	}
	var faults []Fault
	for _, sentence := range zhStops.Split(line, -1) {
		n := 0
		for _, r := range sentence {
			if unicode.Is(unicode.Han, r) {
				n++
			}
		}
		if n > maxHan {
			faults = append(faults, Fault{"Z20", around(sentence, 0, 0), number})
		}
	}
	return faults
}
