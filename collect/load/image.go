package load

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"

	"benchsite/collect/endpoint"
)

// Images makes questions about generated pictures for vision-language models.
// What such a model spends on a picture follows from its size, not from what is
// on it; no two pictures are alike, so that no server answers from a cache.
type Images struct {
	Seed          uint64
	Drawn         bool   // the seed was drawn for this run and is no part of the protocol
	Count         int    // pictures of a request, 0 = 1
	Width, Height int    // pixels, 0 = 512
	Prompt        string // "" = a question of our own
}

// DefaultImageSide is the side of a picture when none is wanted, in pixels.
const DefaultImageSide = 512

const imageQuestion = "Describe the colors and the arrangement of the picture from top to bottom."

// tile is the side of the squares that a picture is made of, in pixels.
const tile = 16

func (w Images) size() (int, int) {
	side := func(n int) int {
		if n > 0 {
			return n
		}
		return DefaultImageSide
	}
	return side(w.Width), side(w.Height)
}

// Describe implements Workload.
func (w Images) Describe() Description {
	width, height := w.size()
	d := Description{Kind: "images", More: map[string]any{"images": max(w.Count, 1), "image_size": fmt.Sprintf("%dx%d", width, height)}}
	if !w.Drawn {
		d.SHA256 = sum(fmt.Appendf(nil, "images v1 seed %d %s", w.Seed, w.Prompt))
	} else if w.Prompt != "" {
		d.SHA256 = sum([]byte(w.Prompt))
	}
	return d
}

// Messages implements Workload.
func (w Images) Messages(i int) []endpoint.Message {
	r := rand.New(rand.NewPCG(w.Seed, uint64(i)))
	var urls []string
	for range max(w.Count, 1) {
		urls = append(urls, w.picture(r))
	}
	question := w.Prompt
	if question == "" {
		question = imageQuestion
	}
	return endpoint.WithImages(question, urls...)
}

// picture draws tiles of sixteen colors and returns them as a PNG data URL. A
// palette keeps drawing and encoding cheap: about a millisecond for 512 × 512.
func (w Images) picture(r *rand.Rand) string {
	width, height := w.size()
	palette := make(color.Palette, 16)
	for i := range palette {
		c := r.Uint32()
		palette[i] = color.RGBA{uint8(c), uint8(c >> 8), uint8(c >> 16), 255}
	}
	p := image.NewPaletted(image.Rect(0, 0, width, height), palette)
	row := make([]byte, width)
	for y := range height {
		if y%tile == 0 {
			for x := range width {
				if x%tile == 0 {
					row[x] = byte(r.IntN(16))
				} else {
					row[x] = row[x-1]
				}
			}
		}
		copy(p.Pix[y*p.Stride:], row)
	}
	var b bytes.Buffer
	b.WriteString("data:image/png;base64,")
	out := base64.NewEncoder(base64.StdEncoding, &b)
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(out, p); err != nil {
		panic("BUG: a picture in memory is always encoded: " + err.Error())
	}
	_ = out.Close() // a buffer takes everything
	return b.String()
}

// rehearsal implements rehearser.
func (w Images) rehearsal() Workload { w.Seed ^= 0x77a2; return w }

func (w Images) seed() uint64 { return w.Seed }
