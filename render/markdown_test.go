package render

import (
	"bytes"
	"html"
	"regexp"
	"strings"
	"testing"

	"benchsite/render/locale"
	"benchsite/render/page"
	"benchsite/templates"
)

// What a reader of the Markdown sees is the string itself, with line breaks as
// spaces.
func TestEscapedTextReadsAsWritten(t *testing.T) {
	tags := regexp.MustCompile(`<[^>]*>`)
	for _, s := range []string{
		"plain", "max_tokens 256", "_a_ __b__ snake_case_", "*a* **b**", "`code`", "[a](b)", "![a](b)", "<b>x</b>", "a < b > c", "a | b",
		"# no heading", "> no quote", "- no list", "+ no list", "1. no list", "2) no list", "---", "===", "~~gone~~", `back\slash \* \\`, "&amp; &copy; &#35; A&B",
		"$x$", "https://example.org/a_b_c", "line one\nline two", "1.88×", "--set", "+37.2", "−4.7", "中文_下划线_", "a  b", "<!-- c -->", "x^2", "^a", "[^1]", "[x] y",
	} {
		var buf bytes.Buffer
		if err := markdown.Convert([]byte("\n"+mdEscape(s)+"\n"), &buf); err != nil {
			t.Fatal(err)
		}
		got := strings.TrimSpace(html.UnescapeString(tags.ReplaceAllString(buf.String(), "")))
		if want := strings.ReplaceAll(s, "\n", " "); got != want {
			t.Errorf("%q as %q reads %q", s, mdEscape(s), got)
		}
		if n := strings.Count(buf.String(), "<"); n != 2 { // <p> and </p>
			t.Errorf("%q became markup: %s", s, buf.String())
		}
	}
}

func TestCodeSpans(t *testing.T) {
	for in, want := range map[string]string{
		"a": "`a`", "a`b": "``a`b``", "`a": "`` `a ``", "``": "``` `` ```", "a\nb": "`a b`", "": "", " ": "",
	} {
		if got := mdCode(in, false); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	if got := mdCode("a|b", true); got != "`a\\|b`" {
		t.Errorf("in a cell: %q", got)
	}
	if got := mdFence("a\n```\nb"); got != "````\na\n```\nb\n````" {
		t.Errorf("block: %q", got)
	}
}

// A Chinese character takes two columns.
func TestTableColumnsLineUp(t *testing.T) {
	words, err := locale.Load(templates.FS)
	if err != nil {
		t.Fatal(err)
	}
	got := mdTable(page.Table{
		Head: []page.Column{page.Col("被测对象"), page.Num("n")},
		Rows: []page.Row{
			{Cells: []page.Cell{page.CellText("BF16"), page.CellNum("1,024")}},
			{Cells: []page.Cell{page.CellText("a|b"), page.CellNum("—")}},
			{Cells: []page.Cell{page.CellText("short")}},
		},
	}, words.Locale(locale.ZH))
	want := `| 被测对象 |     n |
| -------- | ----: |
| BF16     | 1,024 |
| a\|b     |     — |
| short    |       |
`
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestProse(t *testing.T) {
	got, err := prose("## 输出吞吐量 Output\n\n## 输出吞吐量 output\n\n## A {#own}\n\n<script>x</script>\n\na <b>c</b> [l](javascript:x) & d\n\n| a | b |\n|---|---|\n| 1 | 2 |\n")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`<h2 id="输出吞吐量-output">`, `<h2 id="输出吞吐量-output-2">`, `<h2 id="own">`, "&lt;script&gt;x&lt;/script&gt;", "a &lt;b&gt;c&lt;/b&gt;", `<a href="">l</a>`, "<table>",
	} {
		if !strings.Contains(string(got), want) {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
}

func TestTidyLeavesCodeAlone(t *testing.T) {
	in := "\n\na  \n\n\n\nb\n```\nx  \n\n\n\ny\n```\n\n\n"
	want := "a\n\nb\n```\nx  \n\n\n\ny\n```\n"
	if got := string(tidy([]byte(in))); got != want {
		t.Errorf("got %q want %q", got, want)
	}
}
