// Package cache is what a render remembers from one time to the next: stamps of
// files, a compact form of values, and files of such values that are taken only
// whole and only from the same build of the program.
//
// Nothing in a cache is needed. A file that is missing, damaged, cut short or
// written by another build is as good as none.
package cache
