package locale

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"io/fs"

	"benchsite/templates"
)

func TestSeam(t *testing.T) {
	zh, en := load(t).Locale(ZH), load(t).Locale(EN)
	for _, c := range []struct {
		pieces []string
		want   string
	}{
		{[]string{"NVFP4", " 的", "输出吞吐量", "是"}, "NVFP4 的输出吞吐量是"},
		{[]string{"NVFP4", " 的", "TTFT", "是"}, "NVFP4 的 TTFT 是"},
		{[]string{"1× MIG（TP=1）", " 的"}, "1× MIG（TP=1）的"},
		{[]string{"基线", " 的"}, "基线的"},
		{[]string{"占用 ", "未知", "。"}, "占用未知。"},
		{[]string{"低 ", "46.8%", "的一侧"}, "低 46.8% 的一侧"},
		{[]string{"", "开头"}, "开头"},
		{[]string{"区间 ", "−4.7", " 至"}, "区间 −4.7 至"},
	} {
		if got := zh.Seam(c.pieces...); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
		if got, want := en.Seam(c.pieces...), strings.Join(c.pieces, ""); got != want {
			t.Errorf("English seam changed %q to %q", want, got)
		}
	}
}

func TestLists(t *testing.T) {
	c := load(t)
	for _, row := range []struct {
		items      []string
		en, zh     string
		enum, eZH  string
		clause, cZ string
	}{
		{nil, "", "", "", "", "", ""},
		{[]string{"a"}, "a", "a", "a", "a", "a", "a"},
		{[]string{"a", "b"}, "a and b", "a 和 b", "a, b", "a、b", "a, b", "a，b"},
		{[]string{"a", "b", "c"}, "a, b, and c", "a、b 和 c", "a, b, c", "a、b、c", "a, b, c", "a，b，c"},
	} {
		en, zh := c.Locale(EN), c.Locale(ZH)
		got := []string{en.List(row.items...), zh.List(row.items...), en.Enum(row.items...), zh.Enum(row.items...), en.Clauses(row.items...), zh.Clauses(row.items...)}
		if want := []string{row.en, row.zh, row.enum, row.eZH, row.clause, row.cZ}; !slices.Equal(got, want) {
			t.Errorf("%v: got %q, want %q", row.items, got, want)
		}
	}
	if got := c.Locale(ZH).List("驱动", "版本"); got != "驱动和版本" {
		t.Errorf("Han list: %s", got)
	}
	if got := c.Locale(ZH).Sentences("甲。", "", "乙。") + c.Locale(EN).Sentences("A.", "", "B."); got != "甲。乙。A. B." {
		t.Errorf("sentences: %s", got)
	}
}

func TestCounted(t *testing.T) {
	c := load(t)
	for n, want := range map[int][2]string{0: {"0 requests", "0 个请求"}, 1: {"1 request", "1 个请求"}, 1000: {"1,000 requests", "1,000 个请求"}} {
		if got := [2]string{Plain(c.Locale(EN).Counted(n, "request")), Plain(c.Locale(ZH).Counted(n, "request"))}; got != want {
			t.Errorf("%d: got %q, want %q", n, got, want)
		}
	}
	if got := c.Locale(EN).None("request") + c.Locale(ZH).None("request"); got != "no requests没有请求" {
		t.Errorf("none: %s", got)
	}
}

func TestHeadline(t *testing.T) {
	for _, c := range []struct{ in, head, rest string }{
		{"2× MIG (TP=2) delivers 1.34× the output throughput of 1× MIG (TP=1): 348.01 vs 260.37 tokens/s (concurrency 16, 64 requests).",
			"2× MIG (TP=2) delivers 1.34× the output throughput of 1× MIG (TP=1): 348.01 vs 260.37 tokens/s", "Concurrency 16, 64 requests."},
		{"2× MIG（TP=2）的输出吞吐量是 1× MIG（TP=1）的 1.34 倍：348.01 对 260.37 tokens/s（并发数 16，64 个请求）。",
			"2× MIG（TP=2）的输出吞吐量是 1× MIG（TP=1）的 1.34 倍：348.01 对 260.37 tokens/s", "并发数 16，64 个请求。"},
		{"No distinguishable difference between A and B on MATH-500 (first 100 of 500 items): 28 vs 27 of 100; 4 items right only with A (exact McNemar test, p = 1.0).",
			"No distinguishable difference between A and B on MATH-500 (first 100 of 500 items): 28 vs 27 of 100", "4 items right only with A (exact McNemar test, p = 1.0)."},
		{"在 MATH-500（500 题中的前 100 题）上区分不出 A 与 B 的差异：两者分别答对 28 题和 27 题（共 100 题），只有 A 答对的 4 题（McNemar 精确检验，p = 1.0）。",
			"在 MATH-500（500 题中的前 100 题）上区分不出 A 与 B 的差异：两者分别答对 28 题和 27 题（共 100 题）", "只有 A 答对的 4 题（McNemar 精确检验，p = 1.0）。"},
		{"A answered 34 of 40 items correctly on X (85.0%, 95% CI 70.9–92.9%); 6 wrong.", "A answered 34 of 40 items correctly on X", "85.0%, 95% CI 70.9–92.9%; 6 wrong."},
		{"Measured once.", "Measured once", ""},
		{"broken (bracket.", "broken (bracket", ""},
		{"", "", ""},
	} {
		head, rest := Headline(c.in)
		if head != c.head || rest != c.rest {
			t.Errorf("%s:\n head %q\n want %q\n rest %q\n want %q", c.in, head, c.head, rest, c.rest)
		}
	}
}

func TestNotice(t *testing.T) {
	c := load(t)
	got := c.Locale(EN).Notice("small-n", map[string]any{"n": 40, "lo": .871, "hi": .996, "mde": .191})
	want := Notice{Code: "small-n", Level: "warn", Title: "Few items: 40", Means: "The 95% CI runs from 87.1% to 99.6%; differences below about 19.1 percentage points are easily missed.",
		Todo: "Treat it as a smoke test; use a larger suite to compare."}
	if got != want {
		t.Errorf("got %+v", got)
	}
	for _, n := range []struct {
		code string
		raw  map[string]any
		en   string
		zh   string
	}{
		{"client-bound", map[string]any{"lag": .127, "cpu": nil}, "Dispatch lag p99 127 ms, client CPU unknown:", "发送滞后 p99 为 127 ms，客户端 CPU 占用未知："},
		{"no-environment", map[string]any{"fields": []string{"driver", "cuda", "engine_version"}}, "Missing: driver, CUDA version, and engine version.", "缺少：驱动、CUDA 版本和推理引擎版本。"},
		{"output-capped", map[string]any{"n": int64(64), "max_tokens": 1024.0}, "All 64 answers stopped at 1024 tokens.", "64 条回答都在 1024 个 token 处停止。"},
		{"rate-not-reached", map[string]any{"target": 254.9, "achieved": 177.0, "share": .694}, "Target 254.9 req/s, achieved 177.0 req/s (69.4%).", "目标速率 254.9 req/s，实际 177.0 req/s（69.4%）。"},
		{"truncated-answers", map[string]any{"truncated": 3, "n": 30, "max_tokens": nil}, "They reached the token limit before", "它们在给出答案前就达到 token 上限"},
		{"small-n", map[string]any{"n": 40, "lo": nil, "hi": nil, "mde": nil}, "The 95% CI is wide;", "95% 置信区间很宽"},
		{"import-contradicts", map[string]any{"tool": "x", "figure": []string{"requests_per_s"}, "file": "1.548", "computed": "1.533"}, "x wrote 1.548 for this figure; its own counts and duration give 1.533", "x 写的是 1.548，而按文件自身的数量与时长应为 1.533。"},
		{"zero-latency-import", map[string]any{"tool": "x", "fields": []string{"ttft_s", "e2e_s"}}, "x wrote 0 for TTFT and end-to-end latency although", "x 没有测得数据，却把 TTFT 和端到端延迟写成 0。"},
	} {
		if got := Plain(c.Locale(EN).Notice(n.code, n.raw).Means); !strings.HasPrefix(got, n.en) {
			t.Errorf("%s: %s", n.code, got)
		}
		if got := Plain(c.Locale(ZH).Notice(n.code, n.raw).Means); !strings.HasPrefix(got, n.zh) {
			t.Errorf("%s: %s", n.code, got)
		}
	}
}

// codes are the notices that the program can raise.
var codes = strings.Fields(`single-repeat few-requests not-streamed identical-prompts prefix-cache-hot output-capped answer-only
	truncated-answers unparsed-answers judge-undecided judge-is-subject think-not-closed identical-outputs filter-changes-ranking macro-mean-of-limit failed-requests
	client-bound rate-not-reached start-burst chunks-are-not-tokens zero-latency-import small-n protocol-mismatch unknown-parameters
	server-args-differ engine-version-differs environment-differs tool-differs scorer-differs as-published-scorer interrupted withdrawn
	simulated no-isolation imported-no-raw import-contradicts no-environment`)

func TestEntriesAreWhole(t *testing.T) {
	c := load(t)
	for _, lang := range Langs() {
		l := c.Locale(lang)
		var have []string
		for _, n := range l.NoticeEntries() {
			have = append(have, n.Code)
			for _, s := range []string{n.Title, n.When, n.Means, n.Todo} {
				if s == "" || strings.ContainsAny(s, "{⟦") {
					t.Errorf("%s: notice %s has an open slot or an empty field: %q", lang, n.Code, s)
				}
			}
		}
		slices.Sort(have)
		if want := slices.Sorted(slices.Values(codes)); !slices.Equal(have, want) {
			t.Errorf("%s: notices are %v, want %v", lang, have, want)
		}
		if n := len(l.Terms()); n < 100 {
			t.Errorf("%s: only %d terms", lang, n)
		}
		for _, term := range l.Terms() {
			if term.Definition == "" || term.Short == "" || !l.Has("group."+term.Group) {
				t.Errorf("%s: term %s is not whole: %+v", lang, term.Key, term)
			}
		}
		if tpot, _ := l.Term("tpot"); len(tpot.Otherwise) != 8 || tpot.Short != "TPOT" || tpot.Direction != "lower" {
			t.Errorf("%s: tpot is %+v", lang, tpot)
		}
		if _, ok := l.Term("nonsense"); ok {
			t.Error("a term that does not exist is found")
		}
	}
}

func TestParams(t *testing.T) {
	c := load(t)
	for _, p := range []struct {
		name   string
		v      any
		en, zh string
	}{
		{"arrival", "closed", "Arrival process: closed loop", "到达过程：闭环"},
		{"streaming", false, "Streaming: no", "流式输出：否"},
		{"thinking", true, "Thinking mode: on", "思考模式：开"},
		{"max_tokens", 32768.0, "max_tokens: 32768", "max_tokens：32768"},
		{"temperature", .6, "temperature: 0.6", "temperature：0.6"},
		{"seed", nil, "Seed: unknown", "随机种子：未知"},
		{"definitions", "benchsite/1", "Definition set: benchsite/1", "定义：benchsite/1"},
		{"stop", []any{"a", "b"}, "stop: a, b", "stop：a、b"},
	} {
		en, zh := c.Locale(EN), c.Locale(ZH)
		if got := en.Label(en.Param(p.name), en.ParamValue(p.name, p.v)); got != p.en {
			t.Errorf("got %q, want %q", got, p.en)
		}
		if got := zh.Label(zh.Param(p.name), zh.ParamValue(p.name, p.v)); got != p.zh {
			t.Errorf("got %q, want %q", got, p.zh)
		}
	}
}

// TestMissing shows how what is missing comes out.
func TestMissing(t *testing.T) {
	l := load(t).Locale(EN)
	for got, want := range map[string]string{
		l.Text("no.such-key"):                        "⟦no.such-key⟧",
		l.Fill("word.vs", Slots{"a": "1"}):           "1 vs ⟦word.vs:b⟧",
		l.Fill("word.vs", Slots{"a": 1.5, "b": "2"}): "⟦word.vs:a⟧ vs 2",
		l.Counted(1, "nonsense"):                     "⟦noun.nonsense⟧",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestLoadIsStrict breaks the catalogues one way at a time.
func TestLoadIsStrict(t *testing.T) {
	for _, c := range []struct {
		what, file, old, new string
		want                 []string
	}{
		{"missing key", "en.toml", "overview = \"Overview\"\n", "", []string{"locales/en.toml", "nav.overview", "missing"}},
		{"extra key", "en.toml", "overview = \"Overview\"\n", "overview = \"Overview\"\noverviev = \"Overview\"\n", []string{"locales/zh.toml", "nav.overviev"}},
		{"unknown group", "zh.toml", "[nav]\n", "[navigation]\nx = \"甲\"\n[nav]\n", []string{"locales/zh.toml", "navigation.x", "unknown group"}},
		{"empty string", "zh.toml", "overview = \"概览\"\n", "overview = \"\"\n", []string{"locales/zh.toml", "nav.overview", "empty"}},
		{"other slots", "zh.toml", "显示 {n} 条，共 {total} 条", "显示 {n} 条", []string{"filter.count", "slots differ"}},
		{"unknown noun", "en.toml", "All {n:run}, newest first.", "All {n:rnu}, newest first.", []string{"locales/en.toml", "runs.dek", "unknown noun"}},
		{"other level", "en.toml", "level = \"invalid\"", "level = \"severe\"", []string{"locales/en.toml", ".level", "none of"}},
		{"no string", "en.toml", "overview = \"Overview\"\n", "overview = 3\n", []string{"locales/en.toml", "nav.overview", "want a string"}},
		{"no TOML", "en.toml", "[nav]\n", "[nav\n", []string{"locales/en.toml"}},
	} {
		broken := fstest.MapFS{}
		for _, name := range []string{"locales/zh.toml", "locales/en.toml"} {
			data, err := fs.ReadFile(templates.FS, name)
			if err != nil {
				t.Fatal(err)
			}
			s := string(data)
			if name == "locales/"+c.file {
				if !strings.Contains(s, c.old) {
					t.Fatalf("%s: %q is not in %s", c.what, c.old, name)
				}
				s = strings.Replace(s, c.old, c.new, 1)
			}
			broken[name] = &fstest.MapFile{Data: []byte(s)}
		}
		_, err := Load(broken)
		if err == nil {
			t.Errorf("%s: no error", c.what)
			continue
		}
		for _, part := range c.want {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: %q does not say %q", c.what, err, part)
			}
		}
	}
	if _, err := Load(fstest.MapFS{}); err == nil {
		t.Error("no catalogue, no error")
	}
}
