package locale

import (
	"math"
	"testing"
	"time"
)

// TestNumbers holds every row of the table of number formats. One string stands
// for both languages where they agree.
func TestNumbers(t *testing.T) {
	c := load(t)
	for _, row := range []struct {
		what   string
		format func(l *Locale) string
		en, zh string
	}{
		{"throughput < 1,000", func(l *Locale) string { return l.Throughput(606.4682).String() }, "606.47 tokens/s", ""},
		{"throughput < 10,000", func(l *Locale) string { return l.Throughput(8368.3125).String() }, "8,368.3 tokens/s", ""},
		{"throughput from 10,000", func(l *Locale) string { return l.Throughput(12787.6).String() }, "12,788 tokens/s", ""},
		{"throughput at the border", func(l *Locale) string { return l.Throughput(999.996).String() }, "1,000.0 tokens/s", ""},
		{"rate < 100", func(l *Locale) string { return l.Rate(2.3690).String() }, "2.37 req/s", ""},
		{"rate from 100", func(l *Locale) string { return l.Rate(254.9).String() }, "254.9 req/s", ""},
		{"time < 10 ms", func(l *Locale) string { return l.Seconds(.00832).String() }, "8.32 ms", ""},
		{"time < 100 ms", func(l *Locale) string { return l.Seconds(.0449).String() }, "44.9 ms", ""},
		{"time < 1 s", func(l *Locale) string { return l.Seconds(.412).String() }, "412 ms", ""},
		{"time from 1 s", func(l *Locale) string { return l.Seconds(6.7577).String() }, "6.76 s", ""},
		{"time from 100 s", func(l *Locale) string { return l.Seconds(134.2).String() }, "134.2 s", ""},
		{"time that rounds to 1 s", func(l *Locale) string { return l.Seconds(.9996).String() }, "1.00 s", ""},
		{"time that rounds to 10 ms", func(l *Locale) string { return l.Seconds(.0099996).String() }, "10.0 ms", ""},
		{"tpot", func(l *Locale) string { return l.Millis(.0111).String() }, "11.1 ms", ""},
		{"tpot from 1 s", func(l *Locale) string { return l.Millis(1.018).String() }, "1,018 ms", ""},
		{"elapsed < 60 s", func(l *Locale) string { return l.Elapsed(27.02) }, "27.02 s", ""},
		{"elapsed < 1 h", func(l *Locale) string { return l.Elapsed(63.2) }, "1 min 3 s", "1 分 3 秒"},
		{"elapsed from 1 h", func(l *Locale) string { return l.Elapsed(4320) }, "1 h 12 min", "1 小时 12 分"},
		{"elapsed, just under 1 h", func(l *Locale) string { return l.Elapsed(3599.8) }, "1 h 0 min", "1 小时 0 分"},
		{"ratio", func(l *Locale) string { return l.Ratio(1.8829) }, "1.88×", ""},
		{"ratio from 10", func(l *Locale) string { return l.Ratio(49.42) }, "49.4×", ""},
		{"ratio from 100", func(l *Locale) string { return l.Ratio(128.4) }, "128×", ""},
		{"ratio in prose", func(l *Locale) string { return l.RatioProse(1.8829) }, "1.88×", "1.88 倍"},
		{"tie of strconv", func(l *Locale) string { return l.RatioNumber(.625) }, "0.62", ""},
		{"relative change, table", func(l *Locale) string { return l.RelChange(-.46834) }, "−46.8%", ""},
		{"relative change up, table", func(l *Locale) string { return l.RelChange(.8809) }, "+88.1%", ""},
		{"relative change, prose", func(l *Locale) string { return l.RelProse(-.46834) }, "46.8% lower", "低 46.8%"},
		{"relative change up, prose", func(l *Locale) string { return l.RelProse(.8809) }, "88.1% higher", "高 88.1%"},
		{"share", func(l *Locale) string { return l.Percent(.85) }, "85.0%", ""},
		{"score", func(l *Locale) string { return l.Score(34, 40) }, "34/40 (85.0%)", "34/40（85.0%）"},
		{"score of nothing", func(l *Locale) string { return l.Score(0, 0) }, "0/0", ""},
		{"points, prose", func(l *Locale) string { return l.Points(.025) }, "+2.5 percentage points", "+2.5 个百分点"},
		{"points, table", func(l *Locale) string { return l.PointsTable(.025) }, "+2.5 pp", ""},
		{"points, none", func(l *Locale) string { return l.PointsTable(-.0001) }, "0.0 pp", ""},
		{"p 1", func(l *Locale) string { return l.PValue(1) }, "p = 1.0", ""},
		{"p 0.995", func(l *Locale) string { return l.PValue(.995) }, "p = 1.0", ""},
		{"p 0.9949", func(l *Locale) string { return l.PValue(.9949) }, "p = 0.99", ""},
		{"p 0.55", func(l *Locale) string { return l.PValue(.5488) }, "p = 0.55", ""},
		{"p 0.017", func(l *Locale) string { return l.PValue(.0167) }, "p = 0.017", ""},
		{"p < 0.001", func(l *Locale) string { return l.PValue(.0009) }, "p < 0.001", ""},
		{"p with Holm", func(l *Locale) string { return l.PHolm(.5488, 1, 3) }, "p = 0.55 (Holm, 3 comparisons: 1.0)", "p = 0.55（3 次比较，Holm 校正后 1.0）"},
		{"p in a family of one", func(l *Locale) string { return l.PHolm(.5488, .5488, 1) }, "p = 0.55", ""},
		{"interval", func(l *Locale) string { return l.PercentRange(.709, .929) }, "70.9–92.9%", "70.9%～92.9%"},
		{"unsigned range", func(l *Locale) string { return l.Range(l.Throughput(93.75), l.Throughput(199.37)) }, "93.75–199.37 tokens/s", "93.75～199.37 tokens/s"},
		{"range of numbers", func(l *Locale) string { return l.NumberRange("4", "512") }, "4–512", "4～512"},
		{"signed range", func(l *Locale) string { return l.PointsRange(-.047, .067) }, "−4.7 to +6.7", "−4.7 至 +6.7"},
		{"±", func(l *Locale) string { return l.PlusMinus(.85, .056) }, "85.0% ± 5.6 pp", ""},
		{"thousands", func(l *Locale) string { return l.Counted(12032, "item") }, "12,032 items", "12,032 题"},
		{"setting", func(l *Locale) string {
			return l.Fill("finding.conditions-max-tokens", Slots{"max_tokens": Setting(32768)})
		}, "max_tokens 32768", ""},
		{"KiB", func(l *Locale) string { return l.Bytes(709632).String() }, "693.0 KiB", ""},
		{"bytes", func(l *Locale) string { return l.Bytes(812).String() }, "812 B", ""},
		{"rounds to MiB", func(l *Locale) string { return l.Bytes(1024*1024 - 1).String() }, "1.0 MiB", ""},
		{"GiB", func(l *Locale) string { return l.GiB(94.5).String() }, "94.5 GiB", ""},
		{"date", func(l *Locale) string { return l.Date("2025-12-24T00:51:00Z") }, "2025-12-24", ""},
		{"date in prose", func(l *Locale) string { return l.DateProse("2025-12-24") }, "December 24, 2025", "2025 年 12 月 24 日"},
		{"no date", func(l *Locale) string { return l.DateProse("soon") }, "soon", ""},
		{"time of day", func(l *Locale) string { return l.Clock(time.Date(2025, 12, 24, 0, 51, 9, 0, time.UTC)) }, "00:51 UTC", ""},
		{"unknown", func(l *Locale) string { return l.Throughput(math.NaN()).String() }, "—", ""},
		{"unknown time", func(l *Locale) string { return l.Elapsed(math.Inf(1)) }, "—", ""},
		{"unknown ratio", func(l *Locale) string { return l.RatioProse(math.NaN()) }, "—", ""},
		{"nil", func(l *Locale) string { return l.Opt(nil, l.Percent) }, "—", ""},
		{"negative zero", func(l *Locale) string { return l.Number(-.001, 1) }, "0.0", ""},
		{"minus", func(l *Locale) string { return l.Number(-1234.56, 1) }, "−1,234.6", ""},
	} {
		if row.zh == "" {
			row.zh = row.en
		}
		for lang, want := range map[Lang]string{EN: row.en, ZH: row.zh} {
			if got := Plain(row.format(c.Locale(lang))); got != want {
				t.Errorf("%s, %s: got %q, want %q", row.what, lang, got, want)
			}
		}
	}
}

// TestGlue proves that number and unit cannot be parted at a line end.
func TestGlue(t *testing.T) {
	c := load(t)
	for lang, s := range map[string]string{
		c.Locale(EN).Throughput(1).String():       "1.00\u00a0tokens/s",
		c.Locale(ZH).Counted(40, "item"):          "40\u00a0题",
		c.Locale(ZH).Text("finding.repeats-few"):  "要给出中位数的 95% 置信区间，需测 6\u00a0次。",
		c.Locale(ZH).DateProse("2025-12-04"):      "2025\u00a0年 12\u00a0月 4\u00a0日",
		c.Locale(EN).Points(.01):                  "+1.0\u00a0percentage points",
		c.Locale(ZH).Counted(64, "request"):       "64\u00a0个请求",
		c.Locale(EN).Elapsed(63):                  "1\u00a0min 3\u00a0s",
		c.Locale(EN).Clock(time.Unix(0, 0).UTC()): "00:00\u00a0UTC",
	} {
		if lang != s {
			t.Errorf("got %q, want %q", lang, s)
		}
	}
}

// TestScale proves that a column has one unit and one number of decimals.
func TestScale(t *testing.T) {
	l := load(t).Locale(EN)
	for _, c := range []struct {
		scale Scale
		unit  string
		in    []float64
		want  []string
	}{
		{l.TimeScale(6.76, 12.71), "s", []float64{.0427, 12.7105, math.NaN()}, []string{"0.04", "12.71", "—"}},
		{l.TimeScale(.11, .28), "ms", []float64{.11, 9.88}, []string{"110", "9,880"}},
		{l.TimeScale(.0083), "ms", []float64{.0083, .1}, []string{"8.30", "100.00"}},
		{l.TimeScale(134.2), "s", []float64{134.2, 6.7577}, []string{"134.2", "6.8"}},
		{l.TimeScale(), "ms", []float64{0}, []string{"0.00"}},
		{l.MillisScale(.0153, .0387), "ms", []float64{.0153, .0387, 1.018}, []string{"15.3", "38.7", "1,018.0"}},
		{l.ThroughputScale(258.77, 12787.6), "tokens/s", []float64{258.77, 12787.6}, []string{"259", "12,788"}},
		{l.RateScale(2.37, 1.26), "req/s", []float64{2.37, 1.26}, []string{"2.37", "1.26"}},
	} {
		if c.scale.Unit() != c.unit {
			t.Errorf("unit %s, want %s", c.scale.Unit(), c.unit)
		}
		for i, v := range c.in {
			if got := c.scale.Number(v); got != c.want[i] {
				t.Errorf("%v: got %s, want %s", v, got, c.want[i])
			}
		}
	}
	if got := l.TimeScale(6.76).Signed(-.0949); got != "−0.09" {
		t.Errorf("signed: %s", got)
	}
}
