//go:build unix

package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The test program plays the servers: started with a role, it serves, fails or
// hangs as that role does.
func TestMain(m *testing.M) {
	switch role := os.Getenv("SERVER_ROLE"); role {
	case "":
		os.Exit(m.Run())
	case "out-of-memory":
		fmt.Println("INFO 12-22 08:00:01 [gpu_model_runner.py:1] Starting to load model example/model...")
		fmt.Println("ERROR 12-22 08:00:09 [core.py:2] torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB.")
		fmt.Println("RuntimeError: Engine core initialization failed. See root cause above.")
		os.Exit(1)
	case "never":
		fmt.Println("Loading safetensors checkpoint shards: 100% Completed | 4/4")
		time.Sleep(time.Minute)
	case "worker": // of another process group, deaf to the request to end
		signal.Ignore(syscall.SIGTERM)
		os.WriteFile(os.Getenv("SERVER_WORKER"), []byte(strconv.Itoa(os.Getpid())), 0o600)
		time.Sleep(time.Minute)
	default:
		if role == "stubborn" {
			signal.Ignore(syscall.SIGTERM)
		}
		if file := os.Getenv("SERVER_WORKER"); file != "" {
			child := exec.Command(os.Args[0])
			child.Env = append(os.Environ(), "SERVER_ROLE=worker")
			child.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
			if err := child.Start(); err != nil {
				panic(err)
			}
		}
		time.Sleep(200 * time.Millisecond)
		fmt.Println("INFO: Application startup complete.")
		http.ListenAndServe(os.Getenv("SERVER_ADDR"), http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, "{}")
		}))
	}
}

func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func command(t *testing.T, role string) Command {
	addr := freeAddr(t)
	return Command{
		Args: []string{os.Args[0]}, Env: map[string]string{"SERVER_ROLE": role, "SERVER_ADDR": addr},
		Ready: "http://" + addr + "/health", Timeout: 30 * time.Second, Grace: 200 * time.Millisecond,
		Log: filepath.Join(t.TempDir(), "server.log"),
	}
}

// TestServerServesAndEnds: a server is waited for, and stopping it takes its
// whole family along, also a worker of another group that is deaf to SIGTERM.
func TestServerServesAndEnds(t *testing.T) {
	for _, role := range []string{"polite", "stubborn"} {
		c := command(t, role)
		note := filepath.Join(t.TempDir(), "worker")
		c.Env["SERVER_WORKER"] = note
		var heard []string
		p, err := Start(t.Context(), c, func(s string) { heard = append(heard, s) })
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(p.Stop)
		if err := p.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		if p.Died() != nil {
			t.Error("it serves, but counts as dead")
		}
		worker := 0
		for range 200 {
			if b, err := os.ReadFile(note); err == nil && len(b) > 0 {
				worker, _ = strconv.Atoi(string(b))
				break
			}
			time.Sleep(20 * time.Millisecond)
		}
		if worker == 0 {
			t.Fatal("no worker came up")
		}
		p.Stop()
		if answers(t.Context(), c.Ready) == nil {
			t.Errorf("%s: still answers", role)
		}
		if parentOf(worker) != 0 && gone(worker) == false {
			t.Errorf("%s: its worker %d still runs", role, worker)
		}
		if len(heard) != 1 || !strings.Contains(heard[0], "startup complete") {
			t.Errorf("heard %q, want the line of the start", heard)
		}
	}
}

// gone waits until a process has ended.
func gone(pid int) bool {
	for range 100 {
		if parentOf(pid) == 0 {
			return true
		}
		time.Sleep(20 * time.Millisecond)
	}
	return false
}

func TestServerThatFails(t *testing.T) {
	p, err := Start(t.Context(), command(t, "out-of-memory"), nil)
	if err != nil {
		t.Fatal(err)
	}
	var f *Failure
	if err := p.Wait(t.Context()); !errors.As(err, &f) {
		t.Fatalf("got %v, want a failure", err)
	}
	if f.Cause.Code != "out-of-memory" || f.Cause.Number != 2 || !strings.HasPrefix(f.What, "ended with exit code 1 after") {
		t.Errorf("%+v", f)
	}
	for _, want := range []string{"ran out of memory; lower gpu-memory-utilization", "line 2 of its log", "Tried to allocate", p.LogFile()} {
		if !strings.Contains(f.Error(), want) {
			t.Errorf("%q does not say %q", f.Error(), want)
		}
	}
	p.Stop() // of what has ended is nothing

	c := command(t, "never")
	c.Timeout = 700 * time.Millisecond
	if p, err = Start(t.Context(), c, nil); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Stop)
	err = p.Wait(t.Context())
	if !errors.As(err, &f) || !strings.Contains(err.Error(), "was not ready after 1s") && !strings.Contains(err.Error(), "was not ready after") || !strings.Contains(err.Error(), "4/4") {
		t.Errorf("got %v, want that it was never ready, with the end of its log", err)
	}

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.Wait(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the end of the context", err)
	}
}

func TestAddressThatAnswersIsRefused(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	other := &http.Server{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})}
	go other.Serve(l)
	defer other.Close()
	c := command(t, "polite")
	c.Ready = "http://" + l.Addr().String() + "/health"
	if _, err := Start(t.Context(), c, nil); err == nil || !strings.Contains(err.Error(), "another server has this address") {
		t.Errorf("got %v", err)
	}
	if _, err := Start(t.Context(), Command{Log: c.Log}, nil); err == nil || !strings.Contains(err.Error(), "names no program") {
		t.Errorf("got %v", err)
	}
	c = command(t, "polite")
	c.Args = []string{filepath.Join(t.TempDir(), "no-such-program")}
	if _, err := Start(t.Context(), c, nil); err == nil || !strings.Contains(err.Error(), "server.command") {
		t.Errorf("got %v", err)
	}
}

func TestDiagnose(t *testing.T) {
	for _, c := range []struct{ line, code string }{
		{"torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 95.59 GiB", "out-of-memory"},
		{"ValueError: No available memory for the cache blocks. Try increasing `gpu_memory_utilization` when initializing the engine.", "kv-cache-too-small"},
		{"ValueError: To serve at least one request with the models's max seq len (40960), (10.00 GiB KV cache is needed, which is larger than the available KV cache memory (6.2 GiB).", "kv-cache-too-small"},
		{"ValueError: Free memory on device (11.2/95.6 GiB) on startup is less than desired GPU memory utilization (0.9, 86.0 GiB).", "memory-taken"},
		{"OSError: [Errno 98] Address already in use", "port-in-use"},
		{"ERROR:    [Errno 98] error while attempting to bind on address ('0.0.0.0', 8000): address already in use", "port-in-use"},
		{"OSError: You are trying to access a gated repo. Make sure to have access to it at ...", "gated-model"},
		{"huggingface_hub.errors.RepositoryNotFoundError: 404 Client Error.", "missing-model"},
		{"RuntimeError: CUDA error: no kernel image is available for execution on the device", "missing-kernel"},
		{"ValueError: Bfloat16 is only supported on GPUs with compute capability of at least 8.0.", "unsupported-dtype"},
		{"RuntimeError: Found no NVIDIA driver on your system.", "driver"},
		{"ValueError: User-specified max_model_len (65536) is greater than the derived max_model_len (max_position_embeddings=40960)", "context-too-long"},
		{"vllm serve: error: unrecognized arguments: --no-such-flag", "wrong-argument"},
		{"ModuleNotFoundError: No module named 'flash_attn'", "not-installed"},
		{"OSError: [Errno 28] No space left on device", "disk-full"},
		{"INFO 12-22 08:10:01 [loggers.py:1] Engine 000: Avg prompt throughput: 138.4 tokens/s, GPU KV cache usage: 3.7%", ""},
		{"WARNING: max_num_seqs lowered", ""},
	} {
		got, ok := Diagnose([]byte("INFO start\n" + c.line + "\nINFO end\n"))
		if got.Code != c.code || ok != (c.code != "") {
			t.Errorf("%q: %q, want %q", c.line, got.Code, c.code)
		}
		if ok && (got.Number != 2 || got.Sentence == "") {
			t.Errorf("%q: line %d, %q", c.line, got.Number, got.Sentence)
		}
	}
	// The memory that ran out tells more than the message that everything ends with.
	if c, _ := Diagnose([]byte("ModuleNotFoundError: No module named 'x'\nCUDA out of memory\n")); c.Code != "out-of-memory" {
		t.Errorf("got %q", c.Code)
	}
}

// TestRecordedLogsDiagnoseNothing: three servers that ran well left logs with
// warnings in them; none of it is a cause of failure.
func TestRecordedLogsDiagnoseNothing(t *testing.T) {
	logs, _ := filepath.Glob("../../../shared/data/recorded/*/*/*.log")
	if len(logs) == 0 {
		t.Skip("SKIP: the recorded data are not beside the checkout")
	}
	for _, name := range append(logs, "testdata/vllm.log") {
		text, err := readEnds(name)
		if err != nil {
			t.Fatal(err)
		}
		if c, ok := Diagnose(text); ok {
			t.Errorf("%s: %s from line %d: %s", filepath.Base(name), c.Code, c.Number, c.Line)
		}
	}
}

func FuzzDiagnose(f *testing.F) {
	f.Add([]byte("CUDA out of memory\x1b[0m\r"))
	f.Fuzz(func(t *testing.T, log []byte) {
		c, ok := Diagnose(log)
		if !ok {
			return
		}
		if n := strings.Count(string(log), "\n") + 1; c.Number < 1 || c.Number > n || len([]rune(c.Line)) > 200 || strings.ContainsAny(c.Line, "\x1b\n\r") {
			t.Errorf("%+v of %d lines", c, n)
		}
	})
}
