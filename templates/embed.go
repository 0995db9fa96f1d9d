// Package templates holds everything a page is made of besides the numbers:
// words, page layouts, style and scripts. It knows no types of the program.
package templates

import "embed"

// FS is the embedded tree: html/*.gohtml and markdown/*.gomd are the layouts
// of package render, a file per kind of page beside the shared ones;
// locales/zh.toml and locales/en.toml are the catalogues that render/locale
// reads; assets/ is copied to the site as it is.
//
//go:embed html markdown locales assets
var FS embed.FS
