package dataset

import (
	"math"
	"strconv"

	"benchsite/collect/artifact"
)

// importContradicts names the figures of an imported file that its own counts
// and duration do not bear out, as the importer found them
// (source.extra.identity_breaks), a notice each.
func importContradicts(_ *Set, r *Run) []Notice {
	if r.Source.Mode != artifact.ModeImported {
		return nil
	}
	list, _ := r.Source.Extra["identity_breaks"].([]any)
	var out []Notice
	for _, one := range list {
		b, _ := one.(map[string]any)
		figure, ok := b["figure"].(string)
		file, known := number(b["file"])
		computed, both := number(b["computed"])
		if !ok || !known || !both {
			continue
		}
		a, c := apart(file, computed)
		out = append(out, Notice{Code: "import-contradicts", Severity: Warn, Slots: map[string]any{
			"tool": r.Source.Tool, "figure": []string{figure}, "file": a, "computed": c,
		}})
	}
	return out
}

// apart prints two numbers with as many digits as it takes to tell them apart,
// at least four.
func apart(a, b float64) (string, string) {
	for digits := 4; digits < 17; digits++ {
		if x, y := significant(a, digits), significant(b, digits); x != y {
			return x, y
		}
	}
	return significant(a, 17), significant(b, 17)
}

func significant(v float64, digits int) string {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', digits, 64), 64)
	if size := math.Abs(v); err != nil || size >= 1e12 || size < 1e-6 && size > 0 {
		return strconv.FormatFloat(v, 'g', digits, 64)
	}
	return strconv.FormatFloat(rounded, 'f', -1, 64)
}
