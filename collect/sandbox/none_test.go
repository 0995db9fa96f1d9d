//go:build unix

package sandbox

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestNone(t *testing.T) {
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	b, err := Open(context.Background(), Options{Kind: None, Confirmed: true})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if f := b.Facts(); f["kind"] != None || f["isolated"] != false {
		t.Errorf("facts %v", f)
	}
	data := filepath.Join(t.TempDir(), "data")
	os.WriteFile(data, []byte("targets"), 0o644)
	run := func(text string, change func(*Program)) Result {
		t.Helper()
		p := Program{
			Files: map[string][]byte{"m/main.py": []byte(text)}, ReadOnly: map[string]string{"data": data},
			Argv: []string{b.Python(), "-I", "-B", Dir + "/m/main.py"}, Stdin: []byte("in"), Limits: Limits{Wall: 10 * time.Second},
		}
		if change != nil {
			change(&p)
		}
		r, err := b.Run(context.Background(), p)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	r := run("import os, sys; print(sys.stdin.read(), open(os.environ['BOX'] + '/data').read(), os.getcwd() == os.path.realpath(os.environ['HOME']), 'PATH' in os.environ, len(os.environ) < 20)", nil)
	if string(r.Stdout) != "in targets True True True\n" || r.End != Exited {
		t.Errorf("%s: %q, %q", r.End, r.Stdout, r.Stderr)
	}
	if r := run("while True: pass", func(p *Program) { p.Limits.Wall = 100 * time.Millisecond }); r.End != TimeOut {
		t.Errorf("endless: %s", r.End)
	}
	if r := run("while True: print('x' * 1000)", func(p *Program) { p.Limits.OutputBytes = 5000 }); r.End != OutputLimit || len(r.Stdout) != 5000 {
		t.Errorf("flood: %s, %d bytes", r.End, len(r.Stdout))
	}
	if r := run("import os; os.abort()", nil); r.End != Killed || r.Signal != "SIGABRT" {
		t.Errorf("abort: %s, %q", r.End, r.Signal)
	}
	// A child that leaves the group and holds the output open cannot hold us.
	if r := run("import os, time\nif os.fork() == 0:\n    os.setsid(); time.sleep(3)", nil); r.End != Exited || r.Wall > 2500*time.Millisecond {
		t.Errorf("left a child: %s after %v", r.End, r.Wall)
	}
	var said []byte
	r = run("import os; os.write(3, b'hello')", func(p *Program) {
		p.Control = func(_ context.Context, rw io.ReadWriter) (err error) { said, err = io.ReadAll(rw); return err }
	})
	if string(said) != "hello" || r.ControlErr != nil {
		t.Errorf("control: %q, %v", said, r.ControlErr)
	}
	left, _ := os.ReadDir(tmp)
	for _, entry := range left {
		if strings.HasPrefix(entry.Name(), "benchsite-") {
			t.Errorf("left in the temporary folder: %s", entry.Name())
		}
	}
}
