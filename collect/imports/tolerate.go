package imports

import "bytes"

// tolerate replaces bare NaN, Infinity and -Infinity by null. Words keep their
// length where null is not longer; shifts lists the places where it is.
func tolerate(data []byte) (out []byte, shifts []int64) {
	if !bytes.Contains(data, []byte("NaN")) && !bytes.Contains(data, []byte("Infinity")) {
		return data, nil
	}
	inText := false
	for i := 0; i < len(data); i++ {
		c := data[i]
		if inText {
			out = append(out, c)
			if c == '\\' && i+1 < len(data) {
				i++
				out = append(out, data[i])
			} else if c == '"' {
				inText = false
			}
			continue
		}
		word := 0
		for _, w := range []string{"NaN", "Infinity", "-Infinity"} {
			if bytes.HasPrefix(data[i:], []byte(w)) {
				word = len(w)
			}
		}
		switch {
		case word == 3:
			out = append(out, "null"...)
			shifts = append(shifts, int64(len(out)))
		case word > 3:
			out = append(append(out, "null"...), bytes.Repeat([]byte(" "), word-4)...)
		default:
			inText = c == '"'
			out = append(out, c)
			continue
		}
		i += word - 1
	}
	return out, shifts
}
