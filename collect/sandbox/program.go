package sandbox

import (
	"context"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"
	"time"
)

// Limits bound what one program may use. Zero means the default of
// [DefaultLimits].
type Limits struct {
	Wall time.Duration // from the start of the program to its end, its children included
	CPU  time.Duration // of each process, in whole seconds, rounded up

	// MemoryBytes bounds what all processes of the program keep in memory. The
	// address space of each may be larger by AddressSpaceRoom, since a library
	// such as OpenBLAS reserves far more than it ever touches.
	MemoryBytes int64
	FileBytes   int64 // size of one file
	OutputBytes int64 // stdout and stderr each; the program is ended when it writes more
	TmpBytes    int64 // size of /tmp; /dev/shm has a quarter of it
	TmpFiles    int64 // files and folders in /tmp and /dev/shm together
	Processes   int   // processes and threads at a time
	OpenFiles   int   // open file descriptors of each process
}

// AddressSpaceRoom is how much larger the address space of a process may be
// than Limits.MemoryBytes.
const AddressSpaceRoom = 2 << 30

// DefaultLimits are the limits of a program that names none.
func DefaultLimits() Limits {
	return Limits{
		Wall:        10 * time.Second,
		CPU:         10 * time.Second,
		MemoryBytes: 2 << 30,
		FileBytes:   64 << 20,
		OutputBytes: 4 << 20,
		TmpBytes:    64 << 20,
		TmpFiles:    4096,
		Processes:   64,
		OpenFiles:   256,
	}
}

// orDefault fills what is zero from the defaults. A CPU limit that was not
// named follows the wall limit.
func (l Limits) orDefault() Limits {
	d := DefaultLimits()
	if l.Wall <= 0 {
		l.Wall = d.Wall
	}
	if l.CPU <= 0 {
		l.CPU = l.Wall
	}
	for _, f := range []struct{ value, other *int64 }{
		{&l.MemoryBytes, &d.MemoryBytes}, {&l.OutputBytes, &d.OutputBytes},
		{&l.TmpBytes, &d.TmpBytes}, {&l.TmpFiles, &d.TmpFiles},
	} {
		if *f.value <= 0 {
			*f.value = *f.other
		}
	}
	if l.FileBytes <= 0 {
		l.FileBytes = l.TmpBytes
	}
	if l.Processes <= 0 {
		l.Processes = d.Processes
	}
	if l.OpenFiles <= 0 {
		l.OpenFiles = d.OpenFiles
	}
	return l
}

// facts is how the limits stand in an artifact.
func (l Limits) facts() map[string]any {
	return map[string]any{
		"wall_s": l.Wall.Seconds(), "cpu_s": l.CPU.Seconds(), "memory_bytes": l.MemoryBytes,
		"file_bytes": l.FileBytes, "output_bytes": l.OutputBytes, "tmp_bytes": l.TmpBytes,
		"tmp_files": l.TmpFiles, "processes": l.Processes, "open_files": l.OpenFiles,
	}
}

// Dir is where a program finds its files, read-only. Under kind "none" there is
// no such folder: there the prefix is replaced in Argv, and the variable BOX
// holds the folder under every kind.
const Dir = "/box"

// Program is what to run. It starts in /tmp, which is empty and its own, with
// no environment but PATH, HOME, BOX, LANG and what Env adds.
type Program struct {
	Files    map[string][]byte // by path below /box
	ReadOnly map[string]string // by path below /box: a file or folder of the host, bound read-only
	Argv     []string          // Argv[0] is a path inside the box, such as [Box.Python]
	Stdin    []byte
	Env      map[string]string
	Limits   Limits

	// Companion says that this program is started by the Control of another,
	// which it talks to, so that one of the two waits while the other works. It
	// runs on the turn of that other program: with one of its own, programs that
	// run could all wait for the companions that may not. Each has at most one.
	Companion bool

	// Control, where set, gets a two-way byte channel to the program, file
	// descriptor 3 there, and runs while the program runs. What comes out of it
	// is the program's word. When Control returns, the channel is closed and the
	// program has a second to end, after which it is stopped. When the program
	// has ended, reads give what it wrote last and then io.EOF; the context ends
	// a second later.
	Control func(ctx context.Context, rw io.ReadWriter) error
}

// End is how a program ended.
type End string

// The ways to end. Exited says nothing about success, and memory may be told by
// the program's own last line of stderr, since a Python program that runs out
// of address space exits by itself.
const (
	Exited       End = "exited"        // by itself, with ExitCode
	TimeOut      End = "time-out"      // over the wall or CPU limit
	Memory       End = "memory"        // over the memory limit, or a MemoryError nobody caught
	OutputLimit  End = "output-limit"  // wrote more than Limits.OutputBytes, or more files than TmpFiles
	Killed       End = "killed"        // by a signal that is not ours, named in Signal
	Stopped      End = "stopped"       // by us, a second after Control had returned
	HarnessError End = "harness-error" // it never ran, or the context ended; the error of Run says why
)

// Result is what one run left.
type Result struct {
	End End
	// ExitCode is −1 where the program did not end by itself. A program can
	// choose it freely, so it must never decide a verdict alone.
	ExitCode int
	// Signal is the name for an exit code of 128+n. bubblewrap hands signals on
	// in this form, so a program can imitate it.
	Signal         string
	Stdout, Stderr []byte
	OutputCut      bool // more was written than is kept here
	Wall, CPU      time.Duration
	// MaxRSSBytes is the largest resident size of one process, or of the whole
	// program where a cgroup of version 1 counts it; 0 when unknown.
	MaxRSSBytes int64
	ControlErr  error // what Program.Control returned
}

// check says what is wrong with the form of a program.
func (p Program) check() error {
	if len(p.Argv) == 0 || !path.IsAbs(p.Argv[0]) {
		return fmt.Errorf("sandbox: Argv[0] must be an absolute path inside the box, not %q", strings.Join(p.Argv[:min(1, len(p.Argv))], ""))
	}
	for _, arg := range p.Argv {
		if strings.ContainsRune(arg, 0) {
			return fmt.Errorf("sandbox: an argument holds a zero byte")
		}
	}
	for name := range p.Files {
		if err := checkName(name); err != nil {
			return err
		}
	}
	for name := range p.ReadOnly {
		if err := checkName(name); err != nil {
			return err
		}
		if _, twice := p.Files[name]; twice {
			return fmt.Errorf("sandbox: %q is in both Files and ReadOnly", name)
		}
	}
	for name, value := range p.Env {
		if name == "" || strings.ContainsAny(name, "=\x00") || strings.ContainsRune(value, 0) {
			return fmt.Errorf("sandbox: %q cannot be an environment variable", name)
		}
	}
	return nil
}

// checkName refuses what could leave /box.
func checkName(name string) error {
	if name == "" || name == "." || path.IsAbs(name) || path.Clean(name) != name ||
		name == ".." || strings.HasPrefix(name, "../") || strings.ContainsRune(name, 0) {
		return fmt.Errorf("sandbox: %q is not a plain path below %s", name, Dir)
	}
	return nil
}

// environ is the environment inside, by name. One thread is enough for a
// numerical library: more would hit the process limit and disturb the timing.
// HDF5 would lock files that it only reads, which the filter refuses.
func (p Program) environ(dir, tmp string) map[string]string {
	env := map[string]string{
		"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": tmp, "TMPDIR": tmp, "BOX": dir, "LANG": "C.UTF-8",
		"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1",
		"HDF5_USE_FILE_LOCKING": "FALSE",
	}
	for name, value := range p.Env {
		env[name] = value
	}
	return env
}

// sortedKeys makes what is built from a map the same every time.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
