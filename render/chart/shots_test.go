package chart

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestShots writes pages with every sample to CHART_SHOTS, for looking at them in a browser; without the variable it has nothing to do.
func TestShots(t *testing.T) {
	dir := os.Getenv("CHART_SHOTS")
	if dir == "" {
		t.Skip("SKIP: set CHART_SHOTS to a folder to write the samples there")
	}
	for _, zh := range []bool{true, false} {
		for _, w := range []Width{Wide, Narrow, Mini} {
			var b bytes.Buffer
			lang := "en"
			if zh {
				lang = "zh-CN"
			}
			b.WriteString("<!doctype html><html lang=" + lang + "><meta charset=utf-8><link rel=stylesheet href=style.css><style>body{margin:16px;columns:340px}div{break-inside:avoid;margin-bottom:34px}</style>")
			for _, c := range finished(zh) {
				b.WriteString("<div>")
				b.Write(SVG(c, w))
				b.WriteString("</div>\n")
				name := c.ID + "-" + lang + "-" + []string{"wide", "narrow", "mini"}[map[Width]int{Wide: 0, Narrow: 1, Mini: 2}[w]] + ".svg"
				if err := os.WriteFile(filepath.Join(dir, name), File(c, w), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			name := map[Width]string{Wide: "wide", Narrow: "narrow", Mini: "mini"}[w] + "-" + lang + ".html"
			if err := os.WriteFile(filepath.Join(dir, name), b.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}
