// Package load runs one load test point against one endpoint and makes an
// artifact of it.
//
//  1. A Spec says what the point is; Spec.Protocol gives its comparable part.
//     Its Arrival says when requests come, its Workload what they ask; both are
//     pure values, the same each time they are asked.
//  2. Run makes prompts as long as wanted on that server, sends a warm-up wave
//     that is not measured, then sends requests until a limit is reached: a
//     closed loop keeps a number in flight, an open loop follows the clock. Every
//     request is appended to a Journal as it finishes.
//  3. Summarize computes all figures from the observations alone, so that they
//     can be computed again from stored records; it is what the method page
//     defines.
//  4. Recover turns the journals of killed runs into interrupted artifacts.
//  5. Search chooses the next rate to try, out of what was tried.
//
// Nothing is aggregated while load is running.
package load
