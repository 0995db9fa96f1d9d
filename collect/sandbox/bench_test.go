//go:build linux

package sandbox

import (
	"context"
	"os/exec"
	"runtime"
	"sync"
	"testing"
)

// BenchmarkStart is one empty program at a time, in the box and bare: the
// difference is what a box costs.
func BenchmarkStart(b *testing.B) {
	box := openBox(b, Options{})
	argv := []string{box.Python(), "-I", "-B", "-c", "pass"}
	b.Run("bare", func(b *testing.B) {
		for b.Loop() {
			plain(b, argv)
		}
	})
	b.Run("boxed", func(b *testing.B) {
		for b.Loop() {
			boxed(b, box, argv)
		}
	})
}

// Benchmark1000 is 1,000 programs of 50 ms of CPU time each on all cores. The box
// is asked by more callers than it runs at a time, as an evaluation does.
func Benchmark1000(b *testing.B) {
	box := openBox(b, Options{})
	argv := []string{box.Python(), "-I", "-B", "-c", "import time\nwhile time.process_time() < 0.05: pass"}
	thousand := func(b *testing.B, callers int, run func()) {
		for b.Loop() {
			var wg sync.WaitGroup
			todo := make(chan struct{})
			for range callers {
				wg.Go(func() {
					for range todo {
						run()
					}
				})
			}
			for range 1000 {
				todo <- struct{}{}
			}
			close(todo)
			wg.Wait()
		}
	}
	b.Run("bare", func(b *testing.B) { thousand(b, runtime.NumCPU(), func() { plain(b, argv) }) })
	b.Run("boxed", func(b *testing.B) { thousand(b, 4*runtime.NumCPU(), func() { boxed(b, box, argv) }) })
}

func plain(b *testing.B, argv []string) {
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Env, cmd.Dir = []string{}, "/"
	if _, err := cmd.Output(); err != nil {
		b.Error(err)
	}
}

func boxed(b *testing.B, box *Box, argv []string) {
	r, err := box.Run(context.Background(), Program{Argv: argv})
	if err != nil || r.End != Exited || r.ExitCode != 0 {
		b.Errorf("%v, %s, %s", err, r.End, r.Stderr)
	}
}
