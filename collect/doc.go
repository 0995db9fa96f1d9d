// Package collect turns a configuration into runs and runs into artifacts.
//
//	Config ── Validate ──► NewPlan ──► Run ──► artifact.Store
//
// It knows nothing of TOML or of a terminal: the command decodes the file into
// Config and shows the Events. A subject that cannot be reached is a reported
// failure, and the rest of the plan goes on.
package collect
