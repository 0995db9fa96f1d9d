// Package artifact owns the JSON contract of benchsite: what one run of one
// subject looks like on disk, how it is read strictly, written canonically,
// named, stored once and never changed.
//
// A program that writes a run goes through these steps:
//
//  1. Fill an [Artifact]; leave ID empty, leave unknown values nil.
//  2. Give the item or request records as [Records] (they are written beside
//     the artifact as gzipped JSON lines) and server logs as [Attachment]
//     bytes.
//  3. Call [Store.Put]. It redacts outside text, computes the protocol id and
//     the artifact's own id, writes the attachments and then the artifact,
//     each atomically, and reports whether the same run was there already.
//
// A program that reads goes through [Store.List], [Decode] and
// [Store.LoadRecords] or [Store.EvalRecords].
//
// Units are seconds, tokens and counts; times are UTC. Unknown is null, never
// zero: every field that a source may leave out is a pointer, a map or a slice
// that is nil when nothing is known.
package artifact
