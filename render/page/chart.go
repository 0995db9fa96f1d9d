package page

// Chart is one figure, finished: every word and every printed number was made by the builder, in one language.
// What is left to the drawing is geometry. A Chart holds no HTML, no colour values and no positions.
//
// From it come a static SVG and the options of an interactive twin (render/chart), a table and a CSV file.
// Which fields a kind reads is said at the kind; fields it does not read are ignored.
type Chart struct {
	// ID is a slug that is stable between builds and unique on its page ("output-throughput"): anchor, file name, seed of the ids
	// inside the drawing.
	ID   string
	Kind ChartKind
	// Lang is the language tag of all strings: "zh-CN" or "en". It decides the Han glyphs of a drawing that stands alone.
	Lang string
	// Title is the headline that states the finding, Sub the line under it (measure, unit, direction, where the axis starts),
	// Note the footnote under the drawing (protocol, what is missing). The page writes these; the drawing uses Title as its name.
	Title, Sub, Note string
	// Desc is the text alternative: a sentence or two with the figures, so that nobody needs the drawing to know the finding.
	Desc string
	// Example, when set, is the warning that stands above each panel ("example, not measured" / "示例，非实测");
	// the ground is then hatched and the lines are broken.
	Example string
	// Still leaves the chart without its interactive twin.
	Still bool
	// Key explains mark styles that need a word (accuracy: rescored, as published). Empty = no key.
	Key    []ChartKey
	Panels []ChartPanel
	Table  ChartTable
}

// Empty reports whether there is nothing to draw. An empty chart is not drawn: the page writes why instead.
func (c Chart) Empty() bool {
	for _, p := range c.Panels {
		for _, s := range p.Series {
			for _, pt := range s.Points {
				if !pt.Missing {
					return false
				}
			}
		}
	}
	return true
}

// Static reports whether the chart has no interactive twin.
func (c Chart) Static() bool { return c.Still || c.Kind == ChartItems || c.Kind == ChartOutcomes }

// ChartKey is one entry of the key above the plot.
type ChartKey struct {
	Text   string
	Hollow bool // as published: hollow mark, broken grey line
}

// ChartPanel is one pair of axes with what is drawn on them. In row charts (bars, accuracy, relative, forest, latency, glance,
// compare) every series is one row and X is the value axis; in line charts (sweep, timeline, history) X runs across, Y up.
type ChartPanel struct {
	Title string // head of the panel or group: "Output throughput"
	Sub   string // muted, after or under the head: unit, direction, "prefix cache hits included"
	X, Y  ChartAxis
	// Dots draws values as mark and interval instead of bars (glance: accuracy).
	Dots   bool
	Series []ChartSeries
	// Heads are the heads of the columns at the right of the plot (forest: difference (95% CI), flips, p; accuracy: 95% CI).
	Heads []string
	// Aside is written at the right edge of a compare row: the ratio "1.34×". AsideHead is its column head, read from the first panel.
	Aside, AsideHead string
	Ref              *ChartRef
	Band             *ChartBand
	// Below and Above name the two sides of the reference line (forest: "← baseline higher", "subject higher →").
	Below, Above string
	Events       []ChartEvent
}

// ChartAxis describes one axis. The domain and its ticks are computed from the values (render/chart.Frames) unless given.
type ChartAxis struct {
	Label string // what is measured, written at the axis: "Time to first token (TTFT), s, log axis"; may be empty
	Unit  string // written once at the end of a value axis: "tokens/s"
	Log   bool
	// FromZero forces the domain to hold 0; bars do it always.
	FromZero bool
	// Min and Max, when they differ, widen the domain to at least this range (accuracy: 0.66 and 1; shares never leave 0 to 1).
	Min, Max float64
	Format   TickFormat
}

// TickFormat says how tick values are printed. All forms are the same in both languages.
type TickFormat string

const (
	TickNumber  TickFormat = ""        // 0, 0.5, 1,000; U+2212 for minus
	TickPercent TickFormat = "percent" // a share from 0 to 1: 80%
	TickSigned  TickFormat = "signed"  // +10, 0, −10
	TickRatio   TickFormat = "ratio"   // ½×, 1×, 2×
	TickP50     TickFormat = "p50"     // signed, with p50 in place of 0
)

// ChartSeries is a row of a row chart or a line of a line chart.
type ChartSeries struct {
	Name string // "NVFP4", "TP=2", "p99", "FP8 − BF16"; stands in the drawing
	// Label is the printed last value, written after the name at the end of a line (sweep: "9.88 s");
	// at a glance it is a shorter name for a phone, taken when the name does not fit.
	Label string
	Slot  ChartSlot
	Mark  ChartMark // empty: the mark of the slot
	Dash  int       // 0 = solid; 1, 2, … further patterns, past the eight slots
	// Second marks the second series of the same subject: the same colour at 40 % with a full-strength outline.
	Second bool
	// Step draws a line in steps (timeline: bins).
	Step   bool
	Points []ChartPoint
}

// ChartPoint is one value. Value (and X in line charts) place it; the strings are what a reader sees.
type ChartPoint struct {
	X     float64 // line charts only: output tokens/s, seconds since the first request, position of the date
	Value float64
	// Label is written at the point or on the X axis under it: concurrency ("c = 4", "8"), date ("01-05").
	Label string
	Text  string // printed value: "606.47", "39/40", "1.88×"
	Note  string // muted, after Text: "1.88×", "baseline", "tokens/s"
	// Interval says that Lo and Hi hold; Range is the interval as printed ("87.1–99.6%").
	Interval bool
	Lo, Hi   float64
	Range    string
	Cells    []string // columns at the right of the plot, one per ChartPanel.Heads (forest)
	Tip      string   // whole text of the tooltip: name, measure, value, unit
	Hollow   bool     // as published or withdrawn: hollow mark, broken grey line
	// Missing: no value; Text holds the dash or N/A, Tip the reason. Nothing is drawn at Value.
	Missing bool
	// Gap: the line is not joined to the point before (history: another engine version).
	Gap bool
}

// ChartRef is a line stronger than the grid: 0, 1×, 100%.
type ChartRef struct {
	Value float64
	Label string // "BF16 = 1×"; may be empty
	Slot  ChartSlot
}

// ChartBand is a grey region of the value axis: differences this small are easily missed.
type ChartBand struct {
	Lo, Hi float64
	Label  string
}

// ChartEvent is a vertical line in a history, at X between two points.
type ChartEvent struct {
	X     float64
	Label string // "engine 0.12.0 → 0.13.0", "change point: +7.6%"
	// Strong is a change point (solid ink line); otherwise a change of version (broken line).
	Strong bool
}

// ChartTable is the table that every chart has: finished strings for the page, raw values for CSV.
type ChartTable struct {
	Head  []string
	Rows  [][]string // the first cell of a row is its head
	Right int        // columns from here on are numbers, aligned right; 0 means 1
	// RawHead are machine names ("subject", "output_tokens_per_s"); Raw are base units: seconds, shares from 0 to 1.
	RawHead []string
	Raw     [][]ChartRaw
}

// ChartRaw is a cell of the CSV file: a number, a text or (zero value) nothing.
type ChartRaw struct {
	Text     string
	Number   float64
	IsNumber bool
}

// RawNumber is a CSV cell that holds v.
func RawNumber(v float64) ChartRaw { return ChartRaw{Number: v, IsNumber: true} }

// RawText is a CSV cell that holds s.
func RawText(s string) ChartRaw { return ChartRaw{Text: s} }
