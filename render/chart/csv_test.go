package chart

import (
	"encoding/csv"
	"math"
	"strings"
	"testing"

	"benchsite/render/page"
)

func TestCSV(t *testing.T) {
	c := page.Chart{Table: page.ChartTable{RawHead: []string{"subject", "output_tokens_per_s", "note"}, Raw: [][]page.ChartRaw{
		{page.RawText("NVFP4"), page.RawNumber(606.4682), page.RawText(`a "b", c`)},
		{page.RawText("=1+1"), page.RawNumber(-.5), {}},
		{page.RawText("  @cmd"), page.RawNumber(math.NaN()), page.RawText("-1")},
		{page.RawText("+x"), page.RawNumber(1e-9), page.RawText("two\nlines")},
	}}}
	want := "subject,output_tokens_per_s,note\nNVFP4,606.4682,\"a \"\"b\"\", c\"\n'=1+1,-0.5,\n'  @cmd,,'-1\n'+x,1e-09,\"two\nlines\"\n"
	if got := string(CSV(c)); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func FuzzCSV(f *testing.F) {
	for _, s := range []string{"=1", "-", "\t=1", "\ufeff=1", "a,b", "\"", "＝1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		out := CSV(page.Chart{Table: page.ChartTable{Raw: [][]page.ChartRaw{{page.RawText(s), page.RawNumber(1)}}}})
		recs, err := csv.NewReader(strings.NewReader(string(out))).ReadAll()
		if err != nil || len(recs) != 1 || len(recs[0]) != 2 || recs[0][1] != "1" {
			t.Fatalf("%q: %q, %v", s, out, err)
		}
		if cell := strings.TrimLeft(recs[0][0], " "); cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
			t.Errorf("%q would run as a formula: %q", s, cell)
		}
	})
}
