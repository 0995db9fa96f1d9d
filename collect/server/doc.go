// Package server knows the served engine: what its log says of how it was
// started and of how it fared.
package server
