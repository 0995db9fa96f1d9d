// Package stats turns counts and samples into statements with their doubt:
// intervals of proportions, paired tests, what a test could have seen,
// percentiles, spreads of repeats and standard errors.
//
// It knows nothing of artifacts, pages or languages. Shares are fractions
// between 0 and 1, differences of shares between −1 and 1, percentiles are
// named by their number (95 for p95), and intervals are at 95 % unless a level
// is given.
//
// No function returns NaN or an infinity: a figure that does not exist is
// reported by a false ok, or by the interval that says nothing (0 to 1 for a
// share, −1 to 1 for a difference). All functions are pure and may be called
// concurrently.
//
// Sources of the definitions:
//
//   - Wilson, Clopper–Pearson and the square-and-add interval of two
//     independent shares: R. G. Newcombe, Statistics in Medicine 17 (1998)
//     857–872 and 873–890.
//   - The interval of a paired difference, method 10: R. G. Newcombe,
//     Statistics in Medicine 17 (1998) 2635–2650.
//   - The exact and the mid-p McNemar test: M. W. Fagerland, S. Lydersen,
//     P. Laake, BMC Medical Research Methodology 13:91 (2013).
//   - Step-down correction: S. Holm, Scandinavian Journal of Statistics 6
//     (1979) 65–70.
//   - Quantile types: R. J. Hyndman, Y. Fan, The American Statistician 50
//     (1996) 361–365.
//   - Standard errors of evaluations: E. Miller, arXiv 2411.00640 (2024).
//   - pass@k: M. Chen et al., arXiv 2107.03374 (2021).
package stats
