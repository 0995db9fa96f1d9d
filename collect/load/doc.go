// Package load runs one load test point against one endpoint and makes an
// artifact of it.
//
//  1. A Spec says what the point is; Spec.Protocol gives its comparable part.
//  2. Run sends a warm-up wave that is not measured, then sends requests as the
//     arrival process says until a limit is reached, and appends every request
//     to a journal as it finishes.
//  3. Summarize computes all figures from the observations alone, so that they
//     can be computed again from stored records; it is what the method page
//     defines.
//  4. Recover turns the journals of killed runs into interrupted artifacts.
//
// Nothing is aggregated and no JSON is decoded while load is running: see
// collector. Beside the requests a run watches the server's own metrics, the
// draw of the accelerators, and itself: see watch and meter. MeasureClock holds
// the whole pipeline against a server whose timing is known.
package load
