// Package publish commits a folder to a branch of a git repository without
// touching what the person in front of it works on: no checkout, no index, no
// working file is read or changed. The steps are those of git's own plumbing:
// objects, a tree over a temporary index, a commit, the branch.
package publish
