package page

// ChartKind decides the layout. Every kind can be drawn at every width; at the width of the overview it is reduced to its first panel.
type ChartKind string

const (
	// ChartGlance: one panel per measure (Title, Sub = unit), in each the same series (subjects) with one point (Text).
	// Bars from zero, or mark and interval when Dots.
	ChartGlance ChartKind = "glance"
	// ChartBars: one panel per group, all on one value axis (X of the first panel); a series per subject with one point
	// (Text, Note, optional interval). Second for the second measure of the same subjects.
	ChartBars ChartKind = "bars"
	// ChartLatency: panel 0 the p50 from zero (one point, Text); panel 1 the distance from p50: point 0 at 0 with Lo, Hi = min, max,
	// point 1 = p95 with Text ("p95 +55"). Panel 1 is left out when the source has no percentiles.
	ChartLatency ChartKind = "latency"
	// ChartSweep: one panel, a series per percentile, points in order of concurrency (X throughput, Value latency, Label concurrency).
	// Labels are written at the points of the series that lies highest.
	ChartSweep ChartKind = "sweep"
	// ChartTimeline: panels share the X axis (of the last panel: seconds); lines, Step for bins.
	ChartTimeline ChartKind = "timeline"
	// ChartAccuracy: one panel, a series per subject; points with interval (Text = count, Range), Hollow = as published, drawn beside.
	ChartAccuracy ChartKind = "accuracy"
	// ChartRelative: one panel per measure (Title, Sub = direction), a series per subject, Value = ratio, Text = "1.88×";
	// log axis, Ref of the first panel = the baseline.
	ChartRelative ChartKind = "relative"
	// ChartForest: one panel, a series per pair (Name "FP8 − BF16") with one point: Value, Lo, Hi in percentage points, Cells.
	ChartForest ChartKind = "forest"
	// ChartHistory: one panel, a series per subject over dates (X position in order, Label date, Value median, Lo, Hi range), Events.
	ChartHistory ChartKind = "history"
	// ChartCompare: one panel per measure (Title, Sub = direction, Aside = ratio), two series A (Second) and B, each with one point
	// (Text, Note = unit). Every panel has its own scale from zero.
	ChartCompare ChartKind = "compare"
	// ChartItems: one panel, a series per subject, a point per item in order: filled = correct, Hollow = not, Missing = not asked.
	// Points of the first series with a Label (its number) are flips. It has no interactive twin.
	ChartItems ChartKind = "items"
	// ChartOutcomes: one panel, a series per subject or task, a point per outcome (correct, wrong, unparsed, truncated, error): Value and
	// Text = count, Missing = not recorded. X.Max is the number of items where more were asked than have an outcome. Key names the
	// outcomes. It has no interactive twin.
	ChartOutcomes ChartKind = "outcomes"
)

// ChartSlot names a colour by its place in the scale; the values are in the style sheet and in render/chart.Palette.
type ChartSlot string

const (
	SlotNVFP4  ChartSlot = "nvfp4"
	SlotFP8    ChartSlot = "fp8"
	SlotBF16   ChartSlot = "bf16"
	Slot4      ChartSlot = "s4"
	Slot5      ChartSlot = "s5"
	Slot6      ChartSlot = "s6"
	Slot7      ChartSlot = "s7"
	Slot8      ChartSlot = "s8"
	SlotInk    ChartSlot = "ink"    // neutral series: p99, differences
	SlotMuted  ChartSlot = "muted"  // neutral series in the background: p50 of a sweep
	SlotAccent ChartSlot = "accent" // the one neutral series with colour: p90 of a sweep
)

// ChartMark is the shape of a mark. A subject keeps colour and mark on every page.
type ChartMark string

const (
	MarkCircle   ChartMark = "circle"   // NVFP4
	MarkSquare   ChartMark = "square"   // FP8
	MarkDiamond  ChartMark = "diamond"  // BF16
	MarkTriangle ChartMark = "triangle" // s4
	MarkDown     ChartMark = "down"     // s5: triangle on its tip
	MarkPlus     ChartMark = "plus"     // s6
	MarkCross    ChartMark = "cross"    // s7
	MarkStar     ChartMark = "star"     // s8
)

var slotMarks = map[ChartSlot]ChartMark{
	SlotNVFP4: MarkCircle, SlotFP8: MarkSquare, SlotBF16: MarkDiamond,
	Slot4: MarkTriangle, Slot5: MarkDown, Slot6: MarkPlus, Slot7: MarkCross, Slot8: MarkStar,
}

// MarkOf is the mark that belongs to a slot; neutral slots have the circle.
func MarkOf(s ChartSlot) ChartMark {
	if m, ok := slotMarks[s]; ok {
		return m
	}
	return MarkCircle
}

// OtherSlot styles the n-th subject (from 0, by first appearance) that has no colour of its own. The first five take s4 to s8 with
// their marks; from then on colours repeat with the next mark and the next dash, so no two of the first 25 look alike.
func OtherSlot(n int) (ChartSlot, ChartMark, int) {
	slots := [...]ChartSlot{Slot4, Slot5, Slot6, Slot7, Slot8}
	round := n / len(slots)
	return slots[n%len(slots)], MarkOf(slots[(n+round)%len(slots)]), round
}
