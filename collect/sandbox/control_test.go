//go:build linux

package sandbox

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"testing"
	"time"
)

func TestControl(t *testing.T) {
	b := openBox(t, Options{})
	const echo = `
import os
channel = os.fdopen(3, "r+b", buffering=0)
for line in iter(lambda: channel.readline(), b""):
    channel.write(line.upper())
`
	talk := func(lines int) func(context.Context, io.ReadWriter) error {
		return func(_ context.Context, rw io.ReadWriter) error {
			in := bufio.NewReader(rw)
			for i := range lines {
				fmt.Fprintf(rw, "line %d\n", i)
				if got, err := in.ReadString('\n'); got != fmt.Sprintf("LINE %d\n", i) {
					return fmt.Errorf("got %q, %v", got, err)
				}
			}
			return nil
		}
	}
	r := runPython(t, b, echo, func(p *Program) { p.Control = talk(1000) })
	if r.ControlErr != nil || r.End != Exited || r.ExitCode != 0 {
		t.Errorf("%v, %s, code %d\n%s", r.ControlErr, r.End, r.ExitCode, r.Stderr)
	}

	told := errors.New("enough")
	r = runPython(t, b, "import time; time.sleep(60)", func(p *Program) {
		p.Control = func(context.Context, io.ReadWriter) error { return told }
	})
	if r.End != Stopped || r.ControlErr != told || r.Wall > 15*time.Second {
		t.Errorf("a program that goes on after its control has returned ends with %s, %v after %v", r.End, r.ControlErr, r.Wall)
	}

	for name, text := range map[string]string{
		"ends": "", "closes": "import os, time; os.close(3); time.sleep(0.1)",
		"dies with bytes unread": "import os, select; select.select([3], [], []); os.kill(os.getpid(), 9)",
	} {
		var read error
		r = runPython(t, b, text, func(p *Program) {
			p.Control = func(_ context.Context, rw io.ReadWriter) error {
				rw.Write([]byte("hello"))
				_, read = io.ReadAll(rw)
				return nil
			}
		})
		if read != nil {
			t.Errorf("a program that %s gives %v instead of an end of file", name, read)
		}
	}
}

// What a program writes last must arrive, however soon it ends after that.
func TestControlReadsToTheEnd(t *testing.T) {
	b := openBox(t, Options{Parallel: 4})
	var wg sync.WaitGroup
	for i := range 60 {
		wg.Go(func() {
			var got []byte
			r := runPython(t, b, "import os\nos.write(3, b'x' * 100000)\nos._exit(0)", func(p *Program) {
				p.Control = func(ctx context.Context, rw io.ReadWriter) error {
					rw.Write([]byte("never read"))
					for buffer := make([]byte, 4096); ctx.Err() == nil; {
						n, err := rw.Read(buffer)
						got = append(got, buffer[:n]...)
						if err != nil {
							break
						}
						time.Sleep(time.Millisecond) // slower than the program
					}
					return nil
				}
			})
			if len(got) != 100000 {
				t.Errorf("run %d: %d bytes arrived, %s", i, len(got), r.End)
			}
		})
	}
	wg.Wait()
}

// A program that hands over open files and floods the channel gets no further
// than its own limits.
func TestControlIsAbused(t *testing.T) {
	b := openBox(t, Options{})
	before := openFiles(t)
	r := runPython(t, b, `
import array, os, socket
s = socket.socket(fileno=3)
files = [os.open("/dev/null", os.O_RDONLY) for _ in range(16)]
try:
    while True:
        s.sendmsg([b"x" * 65536], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", files))])
except OSError:
    pass
`, func(p *Program) {
		p.Limits.Wall = 500 * time.Millisecond
		p.Control = func(_ context.Context, rw io.ReadWriter) error {
			_, err := io.Copy(io.Discard, rw)
			return err
		}
	})
	if r.End != TimeOut || r.ControlErr != nil {
		t.Errorf("%s, %v", r.End, r.ControlErr)
	}
	if after := openFiles(t); after > before {
		t.Errorf("%d files are open, %d before", after, before)
	}
}

// Programs that each start a companion must not wait for one another, however
// many there are and however little memory.
func TestCompanions(t *testing.T) {
	b := openBox(t, Options{Parallel: 2})
	b.gate.mu.Lock()
	b.gate.total, b.gate.memory = 1<<20, 1<<20 // so only one at a time has its turn
	b.gate.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			_, err := b.Run(ctx, Program{
				Argv: []string{b.Python(), "-I", "-c", "import os; os.read(3, 1)"}, Limits: Limits{Wall: 30 * time.Second},
				Control: func(ctx context.Context, rw io.ReadWriter) error {
					r, err := b.Run(ctx, Program{Argv: []string{b.Python(), "-I", "-c", "print(1)"}, Companion: true})
					if err != nil || string(r.Stdout) != "1\n" {
						t.Errorf("companion: %v, %s, %q", err, r.End, r.Stdout)
					}
					_, err = rw.Write([]byte("x"))
					return err
				},
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}
