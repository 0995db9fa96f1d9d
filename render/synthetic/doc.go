// Package synthetic makes artifacts that nobody measured, in any number, to see
// how fast a site of thousands of runs is rendered and how it reads.
//
// Every run says of itself what it is: its model belongs to the owner
// "synthetic", its subject carries the label data = synthetic, and each tenth
// campaign is marked simulated besides. They are written into a folder of their
// own and never belong among published artifacts.
//
// The same number always gives the same files: run i depends on i alone, so the
// first thousand of ten thousand are the thousand.
package synthetic
