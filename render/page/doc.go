// Package page turns a dataset into pages: one struct per kind of page, every
// word and every printed number finished, in one language, without HTML.
//
// A page is made in three steps. [New] takes the dataset and the catalogue;
// [Site.In] gives the [Edition] of one language; [Edition.Jobs] lists the pages
// of that edition, each with the function that builds it. Package render runs
// the jobs, hands each page to the HTML and the Markdown template named by
// [Base.Kind], and writes the figures that the page registered beside it.
//
// The parts that several kinds share are in their own files: [Text] (running
// text with links and code), [Table], [Section] with its [Block]s, [Notice],
// [Protocol], [Figure] with its [Chart].
package page
