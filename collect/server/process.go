package server

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

// Command is a server that is started for its measurements and stopped after
// them. Docker and ssh are commands like any other.
type Command struct {
	Args    []string          // program and its arguments; no shell reads them
	Env     map[string]string // on top of the caller's environment
	Dir     string            // "" = the caller's
	Ready   string            // URL that answers 200 once the server serves
	Timeout time.Duration     // to become ready; 0 = [DefaultReady]
	Grace   time.Duration     // between asking it to end and ending it; 0 = [DefaultGrace]
	Log     string            // file that takes what it writes; replaced
}

// Loading weights and compiling takes minutes; ending takes seconds.
const (
	DefaultReady = 15 * time.Minute
	DefaultGrace = 30 * time.Second
)

// look is how often the address is asked whether it serves.
const look = 250 * time.Millisecond

// Failure is a server that could not be brought up, or that ended by itself.
type Failure struct {
	Cause Cause  // what its log says; the zero value when nothing known
	What  string // what happened: "ended with exit code 1 after 12 s"
	Log   string // file with all it wrote
	Tail  string // its last lines, for a log that says nothing known
}

// Error is one sentence for the person who has to mend it, with the line of the
// log that says so.
func (f *Failure) Error() string {
	s := "the server " + f.What
	switch {
	case f.Cause.Code != "":
		s += ": " + f.Cause.Sentence + " (line " + fmt.Sprint(f.Cause.Number) + " of its log: " + f.Cause.Line + ")"
	case f.Tail != "":
		s += "; the end of its log: " + f.Tail
	}
	if f.Log != "" {
		s += "; all of it is in " + f.Log
	}
	return s
}

// LogText is what the server wrote, its beginning and its end.
func (f *Failure) LogText() ([]byte, error) { return readEnds(f.Log) }

// Process is a started server.
type Process struct {
	command Command
	cmd     *exec.Cmd
	out     *logFile
	began   time.Time
	done    chan struct{} // closed when the program has ended
	state   error         // of the program, once done is closed
	stop    sync.Once
}

// Start starts the command; it does not wait for it to serve. An address that
// answers already is refused: the figures would be those of another server.
// tell, if not nil, hears the lines that say how far the start is.
func Start(ctx context.Context, c Command, tell func(line string)) (*Process, error) {
	if len(c.Args) == 0 || c.Args[0] == "" {
		return nil, errors.New("server.command: names no program")
	}
	if c.Ready != "" {
		if err := answers(ctx, c.Ready); err == nil {
			return nil, fmt.Errorf("%s answers before the server was started: another server has this address, and its figures would be taken for this one's; stop it or choose another port", c.Ready)
		}
	}
	if err := os.MkdirAll(filepath.Dir(c.Log), 0o755); err != nil {
		return nil, err
	}
	file, err := os.Create(c.Log)
	if err != nil {
		return nil, err
	}
	p := &Process{command: c, out: &logFile{file: file, tell: tell}, began: time.Now(), done: make(chan struct{})}
	p.cmd = exec.Command(c.Args[0], c.Args[1:]...)
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = c.Dir, p.out, p.out
	p.cmd.Env = os.Environ()
	for _, k := range slices.Sorted(maps.Keys(c.Env)) {
		p.cmd.Env = append(p.cmd.Env, k+"="+c.Env[k])
	}
	p.cmd.WaitDelay = 2 * time.Second // a grandchild may hold the pipe open
	ownGroup(p.cmd)
	started := make(chan error)
	go func() {
		// The kernel ends the server when the thread that started it ends, so
		// that a killed collector leaves none behind: the thread stays with it.
		runtime.LockOSThread()
		err := p.cmd.Start()
		started <- err
		if err != nil {
			return
		}
		p.state = p.cmd.Wait()
		p.out.close()
		close(p.done)
	}()
	if err := <-started; err != nil {
		file.Close()
		return nil, fmt.Errorf("server.command: %w", err)
	}
	return p, nil
}

// Wait waits until the address answers. The error is a *Failure when the
// program ends before or does not get ready in time, else that of ctx.
func (p *Process) Wait(ctx context.Context) error {
	limit := p.command.Timeout
	if limit <= 0 {
		limit = DefaultReady
	}
	late := time.NewTimer(limit)
	defer late.Stop()
	tick := time.NewTicker(look)
	defer tick.Stop()
	last := errors.New("nothing answered")
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-p.done:
			return p.failure(p.ended())
		case <-late.C:
			return p.failure(fmt.Sprintf("was not ready after %s (%s: %v)", limit.Round(time.Second), p.command.Ready, last))
		case <-tick.C:
			if err := answers(ctx, p.command.Ready); err == nil {
				return nil
			} else if ctx.Err() == nil {
				last = err
			}
		}
	}
}

// Died returns why the server ended by itself, nil while it runs.
func (p *Process) Died() error {
	select {
	case <-p.done:
		return p.failure(p.ended())
	default:
		return nil
	}
}

// Stop asks the server to end, and ends it with all its children when it does
// not within its grace. It returns once nothing of it runs.
func (p *Process) Stop() {
	p.stop.Do(func() {
		grace := p.command.Grace
		if grace <= 0 {
			grace = DefaultGrace
		}
		tree := family(p.cmd.Process.Pid)
		ask(p.cmd.Process.Pid)
		select {
		case <-p.done:
		case <-time.After(grace):
		}
		end(p.cmd.Process.Pid, tree)
		<-p.done
	})
}

// LogFile is where the server's log is.
func (p *Process) LogFile() string { return p.command.Log }

// LogText is what the server has written so far: the beginning and the end of a
// long log.
func (p *Process) LogText() ([]byte, error) { return readEnds(p.command.Log) }

func (p *Process) ended() string {
	after := time.Since(p.began).Round(100 * time.Millisecond)
	var exit *exec.ExitError
	switch {
	case errors.As(p.state, &exit) && exit.ExitCode() >= 0:
		return fmt.Sprintf("ended with exit code %d after %s", exit.ExitCode(), after)
	case errors.As(p.state, &exit):
		return fmt.Sprintf("was ended by a signal (%s) after %s", exit.ProcessState, after)
	}
	return fmt.Sprintf("ended by itself after %s", after)
}

func (p *Process) failure(what string) *Failure {
	f := &Failure{What: what, Log: p.command.Log}
	text, err := readEnds(p.command.Log)
	if err != nil {
		return f
	}
	f.Cause, _ = Diagnose(text)
	lines := strings.Split(strings.TrimRight(string(text), "\n"), "\n")
	f.Tail = short(strings.Join(lines[max(0, len(lines)-3):], " | "))
	return f
}

// answers asks an address; nil means that it serves.
func answers(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // no proxy: the server is near
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<16))
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("answers %s", resp.Status)
	}
	return nil
}

// mostLog bounds what is kept of a log that never stops.
const mostLog = 256 << 20

// logFile takes what a server writes and passes on the lines that tell of its
// start.
type logFile struct {
	mu      sync.Mutex
	file    *os.File
	size    int64
	partial []byte
	tell    func(string)
	closed  bool
}

func (l *logFile) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return len(b), nil
	}
	if l.size < mostLog {
		n, err := l.file.Write(b)
		l.size += int64(n)
		if err != nil {
			return n, err
		}
	}
	if l.tell == nil {
		return len(b), nil
	}
	l.partial = append(l.partial, b...)
	for {
		i := bytes.IndexAny(l.partial, "\n\r")
		if i < 0 {
			break
		}
		if line := string(l.partial[:i]); stage(line) {
			l.tell(short(line))
		}
		l.partial = l.partial[i+1:]
	}
	if len(l.partial) > 1<<16 { // a progress bar without line ends
		l.partial = nil
	}
	return len(b), nil
}

func (l *logFile) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	l.file.Close()
}

// readEnds reads a log: all of a short one, the first and the last part of a
// long one.
func readEnds(name string) ([]byte, error) {
	const part = 2 << 20
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() <= 2*part {
		return io.ReadAll(io.LimitReader(f, 2*part))
	}
	text := make([]byte, part, 2*part+1)
	if _, err := io.ReadFull(f, text); err != nil {
		return nil, err
	}
	if _, err := f.Seek(-part, io.SeekEnd); err != nil {
		return nil, err
	}
	rest, err := io.ReadAll(f)
	return append(append(text, '\n'), rest...), err
}
