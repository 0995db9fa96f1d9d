package chart

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"benchsite/render/page"
)

type rgb [3]float64 // linear light

func hexRGB(t *testing.T, h string) (c rgb) {
	t.Helper()
	for i := range c {
		n, err := strconv.ParseUint(h[1+2*i:3+2*i], 16, 8)
		if err != nil || len(h) != 7 {
			t.Fatalf("colour %q", h)
		}
		v := float64(n) / 255
		if v <= .04045 {
			c[i] = v / 12.92
		} else {
			c[i] = math.Pow((v+.055)/1.055, 2.4)
		}
	}
	return c
}

// contrast is the ratio of WCAG 2.
func contrast(a, b rgb) float64 {
	l := func(c rgb) float64 { return .2126*c[0] + .7152*c[1] + .0722*c[2] }
	x, y := l(a), l(b)
	return (max(x, y) + .05) / (min(x, y) + .05)
}

// visions are what people see: trichromats, and dichromats after Machado, Oliveira and Fernandes (2009), severity 1.
var visions = map[string][3]rgb{
	"normal": {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
	"protan": {{.152286, 1.052583, -.204868}, {.114503, .786281, .099216}, {-.003882, -.048116, 1.051998}},
	"deutan": {{.367322, .860646, -.227968}, {.280085, .672501, .047413}, {-.011820, .042940, .968881}},
	"tritan": {{1.255528, -.076749, -.178779}, {-.078411, .930809, .147602}, {.004733, .691367, .303900}},
}

func seen(c rgb, m [3]rgb) (out rgb) {
	for i := range out {
		out[i] = min(1, max(0, m[i][0]*c[0]+m[i][1]*c[1]+m[i][2]*c[2]))
	}
	return out
}

// cielab with white D65.
func cielab(c rgb) (l, a, b float64) {
	f := func(t float64) float64 {
		if t > 216.0/24389 {
			return math.Cbrt(t)
		}
		return (24389.0/27*t + 16) / 116
	}
	x := f((.4124564*c[0] + .3575761*c[1] + .1804375*c[2]) / .95047)
	y := f(.2126729*c[0] + .7151522*c[1] + .0721750*c[2])
	z := f((.0193339*c[0] + .1191920*c[1] + .9503041*c[2]) / 1.08883)
	return 116*y - 16, 500 * (x - y), 200 * (y - z)
}

// ciede2000 is the colour difference of CIE 142-2001.
func ciede2000(p, q rgb) float64 {
	l1, a1, b1 := cielab(p)
	l2, a2, b2 := cielab(q)
	cm := math.Pow((math.Hypot(a1, b1)+math.Hypot(a2, b2))/2, 7)
	g := .5 * (1 - math.Sqrt(cm/(cm+math.Pow(25, 7))))
	a1, a2 = a1*(1+g), a2*(1+g)
	c1, c2 := math.Hypot(a1, b1), math.Hypot(a2, b2)
	hue := func(a, b float64) float64 { return math.Mod(math.Atan2(b, a)*180/math.Pi+360, 360) }
	h1, h2 := hue(a1, b1), hue(a2, b2)
	dh, hm := h2-h1, (h1+h2)/2
	switch {
	case c1*c2 == 0:
		dh, hm = 0, h1+h2
	case math.Abs(h1-h2) > 180:
		if dh > 0 {
			dh -= 360
		} else {
			dh += 360
		}
		if h1+h2 < 360 {
			hm += 180
		} else {
			hm -= 180
		}
	}
	rad := math.Pi / 180
	dl, dc, dhh := l2-l1, c2-c1, 2*math.Sqrt(c1*c2)*math.Sin(dh/2*rad)
	lm, c := (l1+l2)/2, (c1+c2)/2
	tt := 1 - .17*math.Cos((hm-30)*rad) + .24*math.Cos(2*hm*rad) + .32*math.Cos((3*hm+6)*rad) - .2*math.Cos((4*hm-63)*rad)
	sl := 1 + .015*(lm-50)*(lm-50)/math.Sqrt(20+(lm-50)*(lm-50))
	sc, sh := 1+.045*c, 1+.015*c*tt
	c7 := math.Pow(c, 7)
	rt := -2 * math.Sqrt(c7/(c7+math.Pow(25, 7))) * math.Sin(60*rad*math.Exp(-math.Pow((hm-275)/25, 2)))
	return math.Sqrt(dl*dl/sl/sl + dc*dc/sc/sc + dhh*dhh/sh/sh + rt*dc/sc*dhh/sh)
}

func TestPalette(t *testing.T) {
	ground := map[string]Colour{}
	for _, c := range Palette {
		ground[c.Var] = c
	}
	for _, scheme := range []string{"light", "dark"} {
		hex := func(c Colour) string {
			if scheme == "dark" {
				return c.Dark
			}
			return c.Light
		}
		bg := hexRGB(t, hex(ground["bg"]))
		least, where := math.Inf(1), ""
		for i, c := range Palette[:slots] {
			if k := contrast(hexRGB(t, hex(c)), bg); k < 4.5 {
				t.Errorf("%s, %s: contrast %.2f with the ground, want 4.5", scheme, c.Var, k)
			}
			for _, d := range Palette[:i] {
				for v, m := range visions {
					de := ciede2000(seen(hexRGB(t, hex(c)), m), seen(hexRGB(t, hex(d)), m))
					if de < 10 {
						t.Errorf("%s, %s vision: %s and %s differ by %.1f, want 10", scheme, v, c.Var, d.Var, de)
					}
					if de < least {
						least, where = de, c.Var+" and "+d.Var+" in "+v+" vision"
					}
				}
			}
		}
		t.Logf("%s: least distance %.1f, %s", scheme, least, where)
	}
}

// TestCIEDE2000 checks against published pairs (Sharma, Wu, Dalal 2005 use Lab; these are sRGB ends with known results).
func TestCIEDE2000(t *testing.T) {
	if d := ciede2000(rgb{0, 0, 0}, rgb{1, 1, 1}); math.Abs(d-100) > .01 {
		t.Errorf("black to white: %.3f, want 100", d)
	}
	if a, b := ciede2000(rgb{1, 0, 0}, rgb{0, 1, 0}), ciede2000(rgb{0, 1, 0}, rgb{1, 0, 0}); math.Abs(a-86.61) > .02 || a != b {
		t.Errorf("red to green: %.2f and %.2f, want 86.61", a, b)
	}
}

func TestEverySlotHasAClassAndAToken(t *testing.T) {
	css := Classes("svg ", "sans-serif")
	for _, c := range Palette[:slots+3] {
		s := page.ChartSlot(c.Var)
		if token(s) != "$"+c.Var {
			t.Errorf("token of %s is %s", s, token(s))
		}
		if fill(s) != "f"+c.Class || !strings.Contains(css, "svg ."+fill(s)+"{fill:var(--"+c.Var+")}") || !strings.Contains(css, "svg ."+stroke(s)+"{stroke:var(--"+c.Var+")}") {
			t.Errorf("%s: classes %s, %s", s, fill(s), stroke(s))
		}
	}
	if token("nonsense") != "$ink" || fill("nonsense") != "fi" {
		t.Error("an unknown slot must be ink")
	}
}

// TestOtherSlots: the first 25 subjects without a colour of their own all look different.
func TestOtherSlots(t *testing.T) {
	type look struct {
		s page.ChartSlot
		m page.ChartMark
		d int
	}
	seen := map[look]int{}
	pairs := map[string]int{}
	for n := range 25 {
		s, m, d := page.OtherSlot(n)
		if k, dup := seen[look{s, m, d}]; dup {
			t.Errorf("subjects %d and %d look alike", k, n)
		}
		seen[look{s, m, d}] = n
		if k, dup := pairs[string(s)+string(m)]; dup {
			t.Errorf("subjects %d and %d have the same colour and mark", k, n)
		}
		pairs[string(s)+string(m)] = n
	}
}
