package chart

import "testing"

// BenchmarkSVG is the time of one inline drawing, by kind.
func BenchmarkSVG(b *testing.B) {
	for _, c := range finished(true) {
		b.Run(c.ID, func(b *testing.B) {
			b.ReportAllocs()
			var n int
			for b.Loop() {
				n = len(SVG(c, Wide))
			}
			b.ReportMetric(float64(n), "bytes")
		})
	}
}

func BenchmarkOptions(b *testing.B) {
	for _, c := range finished(true)[1:2] {
		for b.Loop() {
			if _, err := Options(c); err != nil {
				b.Fatal(err)
			}
		}
	}
}
