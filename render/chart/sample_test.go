package chart

import (
	"fmt"
	"math/rand/v2"

	"benchsite/render/page"
)

// recorded are the charts of one report, with the figures of three recorded runs, in both languages: what a reader will see.
func recorded(zh bool) []page.Chart {
	L := func(z, e string) string {
		if zh {
			return z
		}
		return e
	}
	names := []string{"BF16", "FP8", "NVFP4"}
	slots := []page.ChartSlot{page.SlotBF16, page.SlotFP8, page.SlotNVFP4}
	rows := func(vals []float64, text []string, note []string, second bool) []page.ChartSeries {
		out := make([]page.ChartSeries, len(vals))
		for i, v := range vals {
			pt := page.ChartPoint{Value: v, Text: text[i], Tip: names[i] + " · " + text[i]}
			if note != nil {
				pt.Note = note[i]
			}
			out[i] = page.ChartSeries{Name: names[i], Slot: slots[i], Second: second, Points: []page.ChartPoint{pt}}
		}
		return out
	}
	dots := func(vals, lo, hi []float64, text, rng []string) []page.ChartSeries {
		out := rows(vals, text, nil, false)
		for i := range out {
			pt := &out[i].Points[0]
			pt.Interval, pt.Lo, pt.Hi, pt.Range = true, lo[i], hi[i], rng[i]
		}
		return out
	}
	base := []string{L("基线", "baseline"), "1.19×", "1.88×"}
	out, e2e := L("输出吞吐量", "Output throughput"), L("端到端延迟 p50", "E2E latency p50")
	up, down := L("越高越好", "higher is better"), L("越低越好", "lower is better")
	rng := func(a, b string) string { return L(a+"%～"+b+"%", a+"–"+b+"%") }
	newRng := []string{rng("87.1", "99.6"), rng("83.5", "98.6"), rng("83.5", "98.6")}
	accNew := dots([]float64{.975, .95, .95}, []float64{.871, .835, .835}, []float64{.996, .986, .986}, []string{"39/40", "38/40", "38/40"}, newRng)
	accGlance := dots([]float64{.975, .95, .95}, []float64{.871, .835, .835}, []float64{.996, .986, .986}, []string{"39", "38", "38"}, newRng)
	old := []page.ChartPoint{{Value: .875, Lo: .739, Hi: .945, Text: "35/40", Range: rng("73.9", "94.5")}, {Value: .875, Lo: .739, Hi: .945, Text: "35/40", Range: rng("73.9", "94.5")}, {Value: .85, Lo: .709, Hi: .929, Text: "34/40", Range: rng("70.9", "92.9")}}
	for i := range accNew {
		old[i].Interval, old[i].Hollow = true, true
		accNew[i].Points = append(accNew[i].Points, old[i])
	}
	spread := rows([]float64{0, 0, 0}, []string{"p50", "p50", "p50"}, nil, false)
	for i, v := range [][3]float64{{-75, 55, 80}, {-75, 174, 178}, {-96, 37, 41}} {
		spread[i].Points[0].Interval, spread[i].Points[0].Lo, spread[i].Points[0].Hi = true, v[0], v[2]
		spread[i].Points = append(spread[i].Points, page.ChartPoint{Value: v[1], Text: fmt.Sprintf("p95 +%.0f", v[1])})
	}
	rel := func(title, sub string, a, b float64) page.ChartPanel {
		t := func(i int, v float64) page.ChartSeries {
			return page.ChartSeries{Name: names[i], Slot: slots[i], Points: []page.ChartPoint{{Value: v, Text: fmt.Sprintf("%.2f×", v)}}}
		}
		return page.ChartPanel{Title: title, Sub: sub, X: page.ChartAxis{Log: true, Format: page.TickRatio}, Series: []page.ChartSeries{t(1, a), t(2, b)}, Ref: &page.ChartRef{Value: 1, Label: "BF16 = 1×", Slot: page.SlotBF16}}
	}
	pair := func(name string, d, lo, hi float64, cells ...string) page.ChartSeries {
		return page.ChartSeries{Name: name, Slot: page.SlotInk, Points: []page.ChartPoint{{Value: d, Lo: lo, Hi: hi, Interval: true, Text: fmt.Sprintf("%+.1f", d), Cells: cells}}}
	}
	cc := []string{"c = 4", "8", "16", "32", "64", "128", "256", "512"}
	tp := []float64{258.77, 485, 893, 1640, 2960, 5300, 8990, 12788}
	line := func(name, label string, slot page.ChartSlot, ys ...float64) page.ChartSeries {
		s := page.ChartSeries{Name: name, Label: label, Slot: slot}
		for i, y := range ys {
			s.Points = append(s.Points, page.ChartPoint{X: tp[i], Value: y, Label: cc[i], Text: fmt.Sprintf("%.2f s", y)})
		}
		return s
	}
	var hist []page.ChartPoint
	for i, m := range []float64{596, 594, 593, 597, 592, 595, 640, 641, 638} {
		hist = append(hist, page.ChartPoint{X: float64(i), Value: m, Lo: m - 8, Hi: m + 6, Interval: true, Gap: i == 4, Label: fmt.Sprintf("%02d-05", i+1), Text: fmt.Sprint(m)})
	}
	var running, tokens []page.ChartPoint
	for i := range 29 {
		n, v := 16.0, 604+9*float64(i%3-1)
		if i%7 == 6 {
			n, v = 2, 548
		}
		if i == 28 {
			n, v = 0, 0
		}
		running = append(running, page.ChartPoint{X: float64(i), Value: n})
		tokens = append(tokens, page.ChartPoint{X: float64(i), Value: v, Tip: fmt.Sprintf("%d s · %.0f tokens/s", i, v)})
	}
	two := func(a, b float64, ta, tb, unit string) []page.ChartSeries {
		return []page.ChartSeries{
			{Name: "TP=1", Slot: page.SlotFP8, Second: true, Points: []page.ChartPoint{{Value: a, Text: ta, Note: unit}}},
			{Name: "TP=2", Slot: page.SlotFP8, Points: []page.ChartPoint{{Value: b, Text: tb, Note: unit}}}}
	}
	return []page.Chart{
		{ID: "glance", Kind: page.ChartGlance, Panels: []page.ChartPanel{
			{Title: out, Sub: "tokens/s", Series: rows([]float64{322.09, 381.87, 606.47}, []string{"322.09", "381.87", "606.47"}, nil, false)},
			{Title: e2e, Sub: "s", Series: rows([]float64{12.71, 10.69, 6.76}, []string{"12.71", "10.69", "6.76"}, nil, false)},
			{Title: L("权重显存", "Weights"), Sub: "GiB", Series: rows([]float64{61, 32, 19.4}, []string{"61.0", "32.0", "19.4"}, nil, false)},
			{Title: L("40 题答对", "40 items, correct"), Sub: L("95% 置信区间", "95% CI"), Dots: true, X: page.ChartAxis{Format: page.TickPercent, Max: 1, Min: .85}, Series: accGlance}}},
		{ID: "throughput", Kind: page.ChartBars, Panels: []page.ChartPanel{
			{Title: out, X: page.ChartAxis{Unit: "tokens/s"}, Series: rows([]float64{322.09, 381.87, 606.47}, []string{"322.09", "381.87", "606.47"}, base, false)},
			{Title: L("输入吞吐量", "Prompt throughput"), Sub: L("含前缀缓存命中", "prefix cache hits included"), Series: rows([]float64{138.4, 164.08, 260.59}, []string{"138.40", "164.08", "260.59"}, base, true)}}},
		{ID: "latency", Kind: page.ChartLatency, Panels: []page.ChartPanel{
			{Title: L("p50，从零起", "p50, from zero"), Sub: "s", Series: rows([]float64{12.71, 10.69, 6.76}, []string{"12.71 s", "10.69 s", "6.76 s"}, nil, false)},
			{Title: L("与 p50 之差", "Distance from p50"), Sub: L("ms，放大", "ms, enlarged"), X: page.ChartAxis{Format: page.TickP50}, Series: spread}}},
		{ID: "relative", Kind: page.ChartRelative, Panels: []page.ChartPanel{
			rel(out, up, 1.19, 1.88), rel(e2e, down, .84, .53), rel(L("端到端延迟 p95", "E2E latency p95"), down, .85, .53), rel(L("权重显存", "Weights in memory"), down, .52, .32), rel(L("KV 缓存容量", "KV cache capacity"), up, 2.03, 2.49)}},
		{ID: "accuracy", Kind: page.ChartAccuracy, Key: []page.ChartKey{{Text: L("重新评分值", "rescored")}, {Text: L("原公布值", "as published"), Hollow: true}},
			Panels: []page.ChartPanel{{X: page.ChartAxis{Format: page.TickPercent, Min: .95, Max: 1}, Heads: []string{L("95% 置信区间", "95% CI")}, Series: accNew}}},
		{ID: "paired", Kind: page.ChartForest, Panels: []page.ChartPanel{{X: page.ChartAxis{Label: L("差值，个百分点", "difference, percentage points")},
			Heads: []string{L("差值（95% 置信区间）", "difference (95% CI)"), L("翻转题", "flips"), "p"},
			Band:  &page.ChartBand{Lo: -19.1, Hi: 19.1, Label: L("±19.1 以内的差异容易漏检", "differences within ±19.1 are easily missed")},
			Below: L("← 基线更高", "← baseline higher"), Above: L("前者更高 →", "subject higher →"),
			Series: []page.ChartSeries{
				pair("FP8 − BF16", -2.5, -13.5, 7.3, L("−2.5（−13.5 至 +7.3）", "−2.5 (−13.5 to +7.3)"), "0 : 1", "1.0"),
				pair("NVFP4 − BF16", -2.5, -13.5, 7.3, L("−2.5（−13.5 至 +7.3）", "−2.5 (−13.5 to +7.3)"), "0 : 1", "1.0"),
				pair("NVFP4 − FP8", 0, -11.3, 11.3, L("0.0（−11.3 至 +11.3）", "0.0 (−11.3 to +11.3)"), "1 : 1", "1.0")}}}},
		{ID: "sweep", Kind: page.ChartSweep, Panels: []page.ChartPanel{{
			X:   page.ChartAxis{Log: true, Label: L("输出吞吐量，tokens/s，对数轴 →", "Output throughput, tokens/s, log axis →")},
			Y:   page.ChartAxis{Log: true, Label: L("首 token 延迟（TTFT），s，对数轴", "Time to first token (TTFT), s, log axis")},
			Ref: &page.ChartRef{Value: .5, Label: L("SLO：TTFT 500 ms", "SLO: TTFT 500 ms")},
			Series: []page.ChartSeries{line("p50", "0.28 s", page.SlotMuted, .1, .13, .138, .165, .22, .22, .23, .28),
				line("p90", "0.42 s", page.SlotAccent, .15, .17, .27, .28, .31, .365, .35, .42), line("p99", "9.88 s", page.SlotInk, .18, .28, .41, .76, 1.43, 2.6, 5, 9.88)}}}},
		{ID: "timeline", Kind: page.ChartTimeline, Panels: []page.ChartPanel{
			{Title: L("在途请求数", "Requests in flight"), Series: []page.ChartSeries{{Name: "NVFP4", Slot: page.SlotNVFP4, Step: true, Points: running}}},
			{Title: L("输出吞吐量，tokens/s，每格 1 s", "Output throughput, tokens/s, bins of 1 s"), X: page.ChartAxis{Label: L("自首个请求起，s", "s since the first request")}, Series: []page.ChartSeries{{Name: "NVFP4", Slot: page.SlotNVFP4, Step: true, Points: tokens}}}}},
		{ID: "trend", Kind: page.ChartHistory, Example: L("示例，非实测", "example, not measured"), Panels: []page.ChartPanel{{Y: page.ChartAxis{Unit: "tokens/s"},
			Series: []page.ChartSeries{{Name: "NVFP4", Slot: page.SlotNVFP4, Points: hist}},
			Events: []page.ChartEvent{{X: 3.5, Label: L("推理引擎 A → B", "engine A → B")}, {X: 5.5, Strong: true, Label: L("变点：+7.6%", "change point: +7.6%")}}}}},
		{ID: "compare", Kind: page.ChartCompare, Panels: []page.ChartPanel{
			{Title: out, Sub: up, Aside: "1.34×", AsideHead: L("B 与 A 之比", "B / A"), Series: two(260.37, 348.01, "260.37", "348.01", "tokens/s")},
			{Title: e2e, Sub: down, Aside: "0.76×", Series: two(15.5, 11.8, "15.50", "11.80", "s")}}},
	}
}

// finished fills in language, title and description.
func finished(zh bool) []page.Chart {
	cs := recorded(zh)
	for i := range cs {
		cs[i].Lang, cs[i].Title, cs[i].Desc = "en", "Headline of "+cs[i].ID, "What "+cs[i].ID+" shows."
		if zh {
			cs[i].Lang, cs[i].Title, cs[i].Desc = "zh-CN", cs[i].ID+" 的标题", cs[i].ID+" 说明了什么。"
		}
		cs[i].Table = page.ChartTable{RawHead: []string{"subject", "value"}, Raw: [][]page.ChartRaw{{page.RawText("BF16"), page.RawNumber(1.5)}}}
	}
	return cs
}

var allKinds = []page.ChartKind{page.ChartGlance, page.ChartBars, page.ChartLatency, page.ChartSweep, page.ChartTimeline, page.ChartAccuracy, page.ChartRelative, page.ChartForest, page.ChartHistory, page.ChartCompare}

var words = [2][]string{
	{"NVFP4", "Output throughput", "E2E latency p50", "Llama-3.1-405B-Instruct-AWQ-INT4 (TP=8)", "W8A8", "a name that is so long that nobody would ever want to read it whole in a drawing", "KV cache", "FP8"},
	{"NVFP4", "输出吞吐量", "端到端延迟 p50", "一个名字很长很长、长到图里无论如何也写不下、只能缩短的被测对象，再加上几个字", "权重显存", "DeepSeek-V3 数值精度 FP8（TP=8）", "基线", "FP8"},
}

// random makes a chart of any kind from a seed: names of all lengths, values of all sizes, gaps, missing values, both languages.
func random(seed uint64) page.Chart {
	r := rand.New(rand.NewPCG(seed, 7))
	w := words[seed%2]
	word := func() string { return w[r.IntN(len(w))] }
	c := page.Chart{ID: fmt.Sprintf("c%d", seed), Kind: allKinds[int(seed/2)%len(allKinds)], Lang: []string{"en", "zh-CN"}[seed%2], Title: word(), Desc: word()}
	scale := []float64{.001, 1, 600, 123456}[r.IntN(4)]
	line := c.Kind == page.ChartSweep || c.Kind == page.ChartTimeline || c.Kind == page.ChartHistory
	format := page.TickNumber
	switch c.Kind {
	case page.ChartAccuracy:
		format, scale = page.TickPercent, 1
		c.Key = []page.ChartKey{{Text: word()}, {Text: word(), Hollow: true}}
	case page.ChartRelative:
		scale = 2
	case page.ChartForest:
		scale = 20
	}
	if line && r.IntN(3) == 0 {
		c.Example = word()
	}
	subjects := 1 + r.IntN(6)
	panels := 1 + r.IntN(5)
	for i := range panels {
		p := page.ChartPanel{Title: word(), Sub: word(), Aside: "1.34×", AsideHead: word(), Heads: []string{word(), word(), "p"}, Below: "← " + word(), Above: word() + " →"}
		p.X = page.ChartAxis{Label: word(), Unit: word(), Format: format, Log: c.Kind == page.ChartSweep}
		p.Y = page.ChartAxis{Label: word(), Log: c.Kind == page.ChartSweep}
		p.Dots = c.Kind == page.ChartGlance && i%3 == 2
		p.Ref = &page.ChartRef{Value: 1, Label: word() + " = 1×", Slot: page.SlotBF16}
		p.Band = &page.ChartBand{Lo: -scale * .6, Hi: scale * .6, Label: word()}
		for range r.IntN(4) {
			p.Events = append(p.Events, page.ChartEvent{X: r.Float64() * 8, Label: word(), Strong: r.IntN(2) == 0})
		}
		for j := range subjects {
			slot, mark, dash := page.OtherSlot(j)
			s := page.ChartSeries{Name: w[(j+int(seed))%len(w)], Label: number(r.Float64()*scale, 2) + " s", Slot: slot, Mark: mark, Dash: dash, Second: i%2 == 1, Step: r.IntN(2) == 0}
			n := 1 + r.IntN(2)
			if line {
				n = 1 + r.IntN(14)
			}
			x := 0.0
			for k := range n {
				v := r.Float64() * scale
				if c.Kind == page.ChartForest || c.Kind == page.ChartLatency && i == 1 {
					v = (r.Float64() - .5) * scale
				}
				x += .2 + r.Float64()*3
				pt := page.ChartPoint{X: x, Value: v, Text: number(v, 2), Note: word(), Label: fmt.Sprint(4 << k), Tip: word(), Lo: v * .8, Hi: v * 1.1, Interval: r.IntN(2) == 0,
					Range: "70.9%～92.9%", Hollow: k > 0, Gap: r.IntN(5) == 0, Missing: r.IntN(12) == 0, Cells: []string{"−2.5 (−13.5 to +7.3)", "10 : 11", "< 0.001"}}
				if c.Kind == page.ChartAccuracy || p.Dots {
					pt.Hi = min(1, pt.Hi)
				}
				s.Points = append(s.Points, pt)
			}
			p.Series = append(p.Series, s)
		}
		c.Panels = append(c.Panels, p)
	}
	return c
}
