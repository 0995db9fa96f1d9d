package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"benchsite": main,
	})
}

// The scripts are the command line as a person meets it: input, command, what
// is said and on which stream, the exit code, and the files that must or must
// not be there.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":  exits,
			"zeros":  zeros,
			"server": server,
		},
		RequireExplicitExec: true,
	})
}

// exits N ARGS… runs benchsite and requires the exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE ARGS…")
	}
	err := ts.Exec("benchsite", args[1:]...)
	code := "0"
	if err != nil {
		code = strings.TrimPrefix(err.Error(), "exit status ")
	}
	if code != args[0] {
		ts.Fatalf("exit code %s, want %s\nstderr: %s", code, args[0], ts.ReadFile("stderr"))
	}
	for _, line := range strings.Split(ts.ReadFile("stderr"), "\n") {
		if strings.HasPrefix(line, "panic:") || strings.HasPrefix(line, "goroutine ") {
			ts.Fatalf("a stack trace reached the user:\n%s", ts.ReadFile("stderr"))
		}
	}
}

// zeros FILE MIB writes a file of zeros.
func zeros(ts *testscript.TestScript, neg bool, args []string) {
	var n int64
	if _, err := fmt.Sscan(args[1], &n); err != nil {
		ts.Fatalf("%v", err)
	}
	f, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	ts.Check(f.Truncate(n << 20))
	ts.Check(f.Close())
}

// server VAR KIND starts a server that is no OpenAI endpoint, or a broken one,
// and puts its URL in VAR.
func server(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: server VAR KIND")
	}
	if args[1] == "closed" {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		ts.Check(err)
		ts.Setenv(args[0], "http://"+l.Addr().String())
		ts.Check(l.Close())
		return
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { broken(w, r, args[1]) }))
	ts.Defer(s.Close)
	ts.Setenv(args[0], s.URL)
}

func broken(w http.ResponseWriter, r *http.Request, kind string) {
	if kind == "stream-cut" || kind == "stream-error" || kind == "half-broken" || kind == "echo-key" {
		if strings.HasSuffix(r.URL.Path, "/models") {
			fmt.Fprint(w, `{"object":"list","data":[{"id":"m","object":"model"}]}`)
			return
		}
	}
	event := func(s string) {
		fmt.Fprintf(w, "data: %s\n\n", s)
		w.(http.Flusher).Flush()
	}
	chunk := `{"id":"1","object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":{"content":"a"},"finish_reason":null}]}`
	switch kind {
	case "echo-key":
		w.WriteHeader(http.StatusInternalServerError)
		fmt.Fprintf(w, `{"error":{"message":"you sent %s"}}`, strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
	case "missing":
		http.NotFound(w, r)
	case "locked":
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, `{"error":{"message":"no key"}}`)
	case "page":
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<!doctype html><title>hello</title>")
	case "stream-cut":
		w.Header().Set("Content-Type", "text/event-stream")
		event(chunk)
		panic(http.ErrAbortHandler)
	case "stream-error":
		w.Header().Set("Content-Type", "text/event-stream")
		event(chunk)
		event(`{"error":{"message":"engine died","type":"server_error"}}`)
		event("[DONE]")
	}
}

func TestRunWithoutArgumentsShowsHelp(t *testing.T) {
	var out, errOut strings.Builder
	if code := run(context.Background(), nil, &out, &errOut); code != exitUsage || !strings.Contains(errOut.String(), "Usage: benchsite COMMAND") || out.Len() > 0 {
		t.Errorf("code %d, out %q, err %q", code, &out, &errOut)
	}
}
