package stats

import (
	"cmp"
	"math"
	"slices"
)

// Forecast is an answer with the confidence that was stated with it, 0 to 1.
type Forecast struct {
	Confidence float64
	Right      bool
}

// Calibration is how far stated confidence and accuracy lie apart.
type Calibration struct {
	N    int     // forecasts
	Bins int     // of about equal size
	RMS  float64 // root mean square calibration error, 0 to 1
}

// BinSize is how many forecasts a bin of NewCalibration holds.
const BinSize = 100

// NewCalibration sorts forecasts by confidence into bins of size each and
// returns √(Σ_bins n_b/N · (mean confidence_b − accuracy_b)²), the root mean
// square calibration error. What is left over joins the last bin; fewer than
// two times size forecasts are one bin. Forecasts of equal confidence are
// spread evenly over the bins that they fall into, so that the order in which
// they come changes nothing. ok is false without forecasts.
func NewCalibration(list []Forecast, size int) (c Calibration, ok bool) {
	c.N, c.Bins = len(list), max(len(list)/max(size, 1), 1)
	if c.N == 0 {
		return Calibration{}, false
	}
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b Forecast) int { return cmp.Compare(a.Confidence, b.Confidence) })
	// Each forecast counts as the accuracy of its equals.
	right := make([]float64, c.N)
	for from := 0; from < c.N; {
		to, sum := from, 0.0
		for to < c.N && list[to].Confidence == list[from].Confidence {
			if list[to].Right {
				sum++
			}
			to++
		}
		for i := from; i < to; i++ {
			right[i] = sum / float64(to-from)
		}
		from = to
	}
	squares := 0.0
	for b := range c.Bins {
		from, to := b*size, (b+1)*size
		if b == c.Bins-1 {
			to = c.N
		}
		gap := 0.0
		for i := from; i < to; i++ {
			gap += list[i].Confidence - right[i]
		}
		squares += gap * gap / float64(to-from)
	}
	c.RMS = math.Sqrt(squares / float64(c.N))
	return c, true
}
