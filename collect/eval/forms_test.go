package eval

import (
	"strings"
	"testing"
)

// Every way to write a number in every way to give an answer: none is read as
// another number.
func TestNumbersInReplies(t *testing.T) {
	forms := map[string][]string{
		"1234567":   {"1234567", "1,234,567", "1 234 567", "1\u00a0234\u00a0567", "1\u202f234\u202f567", "1\u2009234\u2009567", "1'234'567", "1’234’567", "12,34,567", "1_234_567", "１２３４５６７", "１，２３４，５６７", "123,4567", "123万4567", "一百二十三万四千五百六十七", "1.234567 million", "1.234567×10^6", "1.234567e6", "1{,}234{,}567", "1\\,234\\,567", "123.4567万", "1,234,567.0"},
		"-42":       {"-42", "−42", "–42", "‑42", "‐42", "﹣42", "－42", "负42", "负四十二", "- 42", "-42.0", "minus 42", "negative 42"},
		"0.375":     {"0.375", ".375", "3/8", "\\frac{3}{8}", "\\dfrac38", "37.5%", "37.5 %", "37.5％", "百分之三十七点五", "八分之三", "⅜", "零点三七五", "3.75×10^{-1}", "3.75e-1", "0.3750", "６/１６", "6/16"},
		"2.5":       {"2.5", "5/2", "2 1/2", "2½", "2\\frac{1}{2}", "两点五", "2.50", "250%"},
		"300000000": {"3亿", "3 亿", "三亿", "300,000,000", "3e8", "3×10^8", "3×10⁸", "3·10^8", "3 x 10^8", "3*10^8", "300 million", "30000万", "0.3 billion"},
		"350000000": {"3亿5000万", "三亿五千万", "3.5亿", "350 million"},
		"15000":     {"1.5万", "一万五千", "一万五", "15,000", "15 thousand", "1万5千", "1万5000", "15000元", "￥15,000", "$15,000", "15千"},
		"0":         {"0", "零", "0.0", "-0", "0%"},
		"100":       {"100", "一百", "1e2", "10^2", "100.0", "１００"},
		"7":         {"7", "七", "07", "7.", "7个", "7 apples", "7cm", "$7$", "7°"},
	}
	templates := []string{"%", "The answer is %.", "The answer is % because of the rule.", "Answer: %", "**Answer:** %", "Answer: **%**", "\\boxed{%}", "$\\boxed{%}$", "So x = %", "so x = %.", "答案是%。", "答案是 %。", "答案：%", "最终答案：%", "**%**", "结果为 %。", "所以结果是%", "Therefore, the total is %.", "<think>41</think>%", "18 + 24 = 5\nFinal answer: %", "答：%。", "It is not 5 but %.", "The answer is %, not 5.", "答案是%，不是 5。", "`%`", "```\n%\n```", "> %", "“%”"}
	n := 0
	for key, fs := range forms {
		for _, f := range fs {
			for _, tp := range templates {
				n++
				r := Reply{Type: "number", Expected: key, Output: strings.ReplaceAll(tp, "%", f)}
				if v := scoreTypedLenient(r); v.Outcome != yes {
					t.Errorf("%s: %q => %s read %q", key, r.Output, v.Outcome, text(v.Extracted))
				}
				r.Expected = "987"
				if v := scoreTypedLenient(r); v.Outcome == yes {
					t.Errorf("false pass %q", r.Output)
				}
			}
		}
	}
	if n < 300 {
		t.Errorf("%d replies", n)
	}
}

// Every way to write a letter in every way to give an answer.
func TestChoicesInReplies(t *testing.T) {
	forms := []string{"%", "%.", "(%)", "（%）", "**%**", "**(%)**", "\\text{%}", "$%$", "`%`", "\"%\"", "“%”", "\\mathbf{%}", "$\\boxed{%}$", "%. 23", "%) 23", "选项 %", "option %"}
	templates := []string{"Answer: &", "**Answer:** &", "The answer is &", "The answer is & because 21 = 3·7.", "The correct answer is &", "Therefore, the correct option is &", "答案是 &", "答案是&", "答案：&", "故选：&", "故选&", "正确答案是&", "因此，正确答案为 &", "【答案】&", "最终答案：&", "A 错误，C 错误。\n\n答案：&", "A is wrong, C is wrong.\nFinal answer: &", "I first thought A, but the answer is &", "<think>A</think>Answer: &", "Final Answer: &", "ANSWER: &", "答案是 &，不是 C", "The answer is &, not C."}
	n := 0
	for _, tp := range templates {
		for _, f := range forms {
			n++
			out := strings.ReplaceAll(tp, "&", strings.ReplaceAll(f, "%", "B"))
			if v := scoreChoice(Reply{Expected: "B", Output: out}); v.Outcome != yes {
				t.Errorf("%q => %s read %q", out, v.Outcome, text(v.Extracted))
			}
			if v := scoreChoice(Reply{Expected: "C", Output: out}); v.Outcome == yes {
				t.Errorf("false pass C %q", out)
			}
			if v := scoreChoice(Reply{Expected: "A", Output: out}); v.Outcome == yes {
				t.Errorf("false pass A %q", out)
			}
		}
	}
	if n < 300 {
		t.Errorf("%d replies", n)
	}
}
