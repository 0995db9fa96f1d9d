// Package export turns artifacts into what other programs read: the JSON of vllm
// bench serve, tables as CSV or Parquet for notebooks, and the common evaluation
// schema of Every Eval Ever.
//
// An export says what the artifact says. What an artifact does not know is left
// out or null, never 0; what a form has no place for is named by [Result].
package export
