// Package dataset reads artifacts and says what they are to each other: which
// subject and protocol a run has, what replaced it, what stands beside it, what
// is wrong with it, which runs may be compared and what the comparison gives.
//
// A program goes through these steps:
//
//  1. [ParseConfig] reads the [site] table of config.toml.
//  2. [Load] reads every artifact of a store into a [Set]. What cannot be read
//     becomes a [Problem], never an error.
//  3. Pages walk [Set.Runs], [Set.Topics], [Set.Reports]; a comparison of any
//     two runs comes from [Pair], of groups from [Compare], of all pairs of a
//     family from [Family].
//  4. Reports evaluate their expressions with [Report.Value], [Report.Ratio]
//     and [Report.Diff].
//
// The package prints nothing and knows no human language: findings, notices and
// verdicts are keys with raw figures in seconds, tokens, shares from 0 to 1.
// Texts in two languages come only from the files of the user. Nothing here
// depends on the clock, the order of files or the order of maps.
package dataset
