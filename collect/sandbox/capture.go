package sandbox

import "io"

// capture keeps the first bytes of an output and reads on, so that what comes
// after them cannot fill anything; over is called once when there was more.
type capture struct {
	kept []byte
	cut  bool
}

func (c *capture) from(r io.Reader, limit int64, over func()) {
	buffer := make([]byte, 32<<10)
	for {
		n, err := r.Read(buffer)
		room := limit - int64(len(c.kept))
		c.kept = append(c.kept, buffer[:min(int64(n), room)]...)
		if int64(n) > room && !c.cut {
			c.cut = true
			over()
		}
		if err != nil {
			return
		}
	}
}
