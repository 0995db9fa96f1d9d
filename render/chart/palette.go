package chart

import (
	"strings"

	"benchsite/render/page"
)

// Colour is one colour of the drawings in both schemes. Var is its variable in the style sheet (without --), Class what its fill (f…)
// and stroke (s…) classes end in; empty for colours that marks never have.
type Colour struct {
	Var, Light, Dark, Class string
}

// Palette is every colour that a drawing uses, the eight slots first. The slots have a contrast of at least 4.5 against the ground and
// differ from each other by a CIEDE2000 distance of at least 10, also as people with protan, deutan and tritan vision see them.
var Palette = []Colour{
	{"nvfp4", "#1d5fa6", "#74acea", "n"},
	{"fp8", "#b0520a", "#e89b55", "f"},
	{"bf16", "#666d75", "#a0a8b0", "b"},
	{"s4", "#028446", "#0c9577", "4"},
	{"s5", "#420081", "#dc4bac", "5"},
	{"s6", "#8e2750", "#ffbcc0", "6"},
	{"s7", "#4e3805", "#eddf63", "7"},
	{"s8", "#003d28", "#3ff5ff", "8"},
	{"ink", "#1a1c1e", "#e4e4e0", "i"},
	{"muted", "#5a6067", "#a3a9b0", "m"},
	{"accent", "#0a655e", "#5cbdb0", "a"},
	{"warn", "#855400", "#ddaa4b", "w"},
	{"bg", "#fdfdfb", "#15171a", "g"},
	{"band", "#efefeb", "#202428", ""},
	{"rule", "#dededb", "#2e3338", ""},
	{"rule2", "#8a8f94", "#757c84", ""},
}

// slots is how many of Palette's first colours may be given to subjects.
const slots = 8

// Variables are the declarations of the palette ("--nvfp4:#1d5fa6;…") for one scheme.
func Variables(dark bool) string {
	var b strings.Builder
	for _, c := range Palette {
		v := c.Light
		if dark {
			v = c.Dark
		}
		b.WriteString("--" + c.Var + ":" + v + ";")
	}
	return b.String()
}

// Classes are the rules of the classes that drawings use, each selector after prefix: "svg " in the site's style
// sheet, "" in a file. The rule for all texts is bound to role=img, because the interactive twin is an svg too and brings its own.
// font is the value of font-family.
func Classes(prefix, font string) string {
	var b strings.Builder
	rule := func(sel, decl string) { b.WriteString(prefix + sel + "{" + decl + "}") }
	textRule := prefix + "text"
	if prefix != "" {
		textRule = "svg:where([role=img]) text"
	}
	b.WriteString(textRule + "{font-family:" + font + ";font-size:12px;fill:var(--ink);font-variant-numeric:tabular-nums}")
	rule(".m", "fill:var(--muted)")
	rule(".b", "font-weight:600")
	rule(".l", "font-size:13px")
	rule(".s", "font-size:11px")
	rule(".grid", "stroke:var(--rule);stroke-width:1;shape-rendering:crispEdges")
	rule(".axis", "stroke:var(--rule2);stroke-width:1;shape-rendering:crispEdges")
	rule(".zero", "stroke:var(--ink);stroke-width:1;shape-rendering:crispEdges")
	rule(".dash", "stroke:var(--rule2);stroke-width:1;stroke-dasharray:3 3;fill:none")
	rule(".band", "fill:var(--band)")
	rule(".halo", "stroke:var(--bg);stroke-width:3.5px;paint-order:stroke;stroke-linejoin:round")
	for _, c := range Palette {
		if c.Class != "" {
			rule(".f"+c.Class, "fill:var(--"+c.Var+")")
		}
	}
	for _, c := range Palette {
		if c.Class != "" && c.Class != "w" && c.Class != "g" {
			rule(".s"+c.Class, "stroke:var(--"+c.Var+")")
		}
	}
	rule(".mark", "transition:opacity .1s")
	b.WriteString("svg:has(.mark:hover) .mark:not(:hover){opacity:.45}")
	return b.String()
}

const (
	latinFonts = `-apple-system,BlinkMacSystemFont,"Segoe UI",Roboto,"Helvetica Neue","Noto Sans","Liberation Sans","PingFang SC","Noto Sans CJK SC","Microsoft YaHei",sans-serif`
	hanFonts   = `-apple-system,BlinkMacSystemFont,"Segoe UI","Helvetica Neue","PingFang SC","Hiragino Sans GB","Noto Sans CJK SC","Source Han Sans SC","Microsoft YaHei",sans-serif`
)

// fileCSS is the style inside a file. It names fonts for the language, because a file has no page around it.
func fileCSS(lang string) string {
	if strings.HasPrefix(lang, "zh") {
		return fileStyle[1]
	}
	return fileStyle[0]
}

var fileStyle = func() (s [2]string) {
	for i, font := range [...]string{latinFonts, hanFonts} {
		css := ":root{color-scheme:light dark;" + Variables(false) + "}@media (prefers-color-scheme:dark){:root{" + Variables(true) + "}}" + Classes("", font)
		s[i] = strings.NewReplacer("&", "&amp;", "<", "&lt;").Replace(css)
	}
	return s
}()

// token names a slot's colour in the options of the interactive twin; the site's script looks it up in the style sheet.
func token(s page.ChartSlot) string {
	if _, ok := slotLetter[s]; ok {
		return "$" + string(s)
	}
	return "$ink"
}
