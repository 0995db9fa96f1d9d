package chart

import (
	"encoding/json"
	"fmt"
	"regexp"
	"sort"
	"strings"
	"testing"

	"benchsite/render/page"
)

type optionAxis struct {
	Type      string
	Min, Max  *float64
	AxisLabel struct {
		Show         *bool
		CustomValues []float64
		Texts        []string
		Formatter    string
	}
}

type optionJSON struct {
	XAxis, YAxis []optionAxis
	Grid         []struct{ Left, Right, Top, Height string }
	Series       []struct {
		Type, RenderItem string
		XAxisIndex       int
		Data             []struct {
			Value any
			Tip   string
		}
	}
}

func readOptions(t *testing.T, c page.Chart) (raw []byte, byWidth map[Width]optionJSON) {
	t.Helper()
	raw, err := Options(c)
	if err != nil {
		t.Fatal(err)
	}
	var m struct {
		BaseOption optionJSON
		Media      []struct{ Option optionJSON }
	}
	if err := json.Unmarshal(raw, &m); err != nil {
		t.Fatal(err)
	}
	return raw, map[Width]optionJSON{Wide: m.BaseOption, Narrow: m.Media[0].Option}
}

// slotTokens are the subject colours that options name, in any strength.
func slotTokens(raw []byte) []string {
	set := map[string]bool{}
	for _, m := range regexp.MustCompile(`"\$(nvfp4|fp8|bf16|s4|s5|s6|s7|s8)(?:/40)?"`).FindAllSubmatch(raw, -1) {
		set[string(m[1])] = true
	}
	return sorted(set)
}

// slotClasses are the subject colours that a drawing uses.
func slotClasses(d drawing) []string {
	set := map[string]bool{}
	for _, c := range Palette[:slots] {
		if d.classes["f"+c.Class] || d.classes["s"+c.Class] {
			set[c.Var] = true
		}
	}
	return sorted(set)
}

func sorted(set map[string]bool) []string {
	var out []string
	for s := range set {
		out = append(out, s)
	}
	sort.Strings(out)
	return out
}

// TestBothDrawingsAgree compares domains, ticks and colours of the static and the interactive drawing over 70 charts: the frames of the
// layout against the options, and the tick labels and colour classes found in the bytes of the drawing against both.
func TestBothDrawingsAgree(t *testing.T) {
	charts := append(finished(true), finished(false)...)
	for seed := range uint64(50) {
		charts = append(charts, random(seed))
	}
	ticks := 0
	for _, c := range charts {
		raw, opt := readOptions(t, c)
		used := map[string]bool{}
		for _, w := range []Width{Wide, Narrow} {
			name := fmt.Sprintf("%s %s at %d", c.Kind, c.ID, w)
			frames, _ := Frames(c, w)
			d := parse(t, SVG(c, w))
			o := opt[w]
			if len(o.XAxis) != len(frames) || len(o.YAxis) != len(frames) || len(o.Grid) != len(frames) {
				t.Fatalf("%s: %d frames, %d axes, %d grids", name, len(frames), len(o.XAxis), len(o.Grid))
			}
			drawn := map[string]bool{}
			for _, x := range d.texts {
				drawn[x.text] = true
			}
			for i, f := range frames {
				agree(t, name+", x", f.X, f.XTicks, o.XAxis[i])
				if f.Rows == nil {
					agree(t, name+", y", f.Y, f.YTicks, o.YAxis[i])
				}
				shown := o.XAxis[i].AxisLabel.Show == nil || *o.XAxis[i].AxisLabel.Show
				for _, k := range append(f.XTicks, f.YTicks...) {
					if ticks++; shown && !drawn[k.Label] {
						t.Errorf("%s: tick %s is in the options but not drawn", name, k.Label)
					}
				}
			}
			for _, v := range slotClasses(d) {
				used[v] = true
			}
		}
		if a, b := strings.Join(sorted(used), " "), strings.Join(slotTokens(raw), " "); a != b {
			t.Errorf("%s %s: drawn in %s, options in %s", c.Kind, c.ID, a, b)
		}
		if t.Failed() {
			return
		}
	}
	if ticks < 500 {
		t.Errorf("only %d ticks compared", ticks)
	}
}

func agree(t *testing.T, name string, s Scale, ticks []Tick, a optionAxis) {
	t.Helper()
	if a.Min == nil || a.Max == nil || *a.Min != s.Min || *a.Max != s.Max || (a.Type == "log") != s.Log {
		t.Errorf("%s: domain %+v, options %+v", name, s, a)
		return
	}
	if len(ticks) != len(a.AxisLabel.CustomValues) || len(ticks) != len(a.AxisLabel.Texts) || a.AxisLabel.Formatter != "tick" {
		t.Errorf("%s: ticks %v, options %+v", name, ticks, a.AxisLabel)
		return
	}
	for i, k := range ticks {
		if a.AxisLabel.CustomValues[i] != k.Value || a.AxisLabel.Texts[i] != k.Label {
			t.Errorf("%s: tick %v, options %v %s", name, k, a.AxisLabel.CustomValues[i], a.AxisLabel.Texts[i])
		}
	}
}

// TestFunctionsAreNames: the only functions are names of the fixed list, and every value that a reader can reach has a tooltip.
func TestFunctionsAreNames(t *testing.T) {
	known := map[string]bool{"errorBarX": true, "errorBarY": true, "tip": true, "tick": true, "text": true, "label": true, "note": true, "textnote": true}
	for _, c := range finished(true) {
		raw, opt := readOptions(t, c)
		for _, m := range regexp.MustCompile(`"(?:formatter|renderItem)":("?[^",}]*)`).FindAllSubmatch(raw, -1) {
			if !known[strings.Trim(string(m[1]), `"`)] {
				t.Errorf("%s: function %s", c.ID, m[0])
			}
		}
		values := 0
		for _, s := range opt[Wide].Series {
			for _, it := range s.Data {
				if it.Tip != "" {
					values++
				}
			}
		}
		if values == 0 {
			t.Errorf("%s: no value has a tooltip", c.ID)
		}
	}
}
