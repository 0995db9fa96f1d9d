// Command benchsite measures LLM inference servers and turns the results into
// a bilingual static site.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := interruptible(context.Background(), func() {
		fmt.Fprintln(os.Stderr, "finishing what is in flight; Ctrl-C again leaves at once")
	})
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// interruptible makes the first interrupt cancel the context, so that what was
// measured is kept, and the second one end the program at once, with the exit
// code that a shell would show for it.
func interruptible(parent context.Context, said func()) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(parent)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		select {
		case <-signals:
			said()
			cancel()
		case <-ctx.Done():
			return
		}
		<-signals
		os.Exit(exitInterrupted)
	}()
	return ctx, cancel
}

// command is one subcommand. usage is written by hand: purpose, arguments,
// examples; the flags are added from their definitions.
type command struct {
	name    string
	summary string
	args    string
	usage   string
	build   func(*flags) func(context.Context, *ui, []string) error
}

// commands in the order of the help page: the main job first.
var commands = []command{
	siteCommand, collectCommand, loadCommand, evalCommand, importCommand, exportCommand, rescoreCommand,
	renderCommand, serveCommand, publishCommand, compareCommand, checkCommand, simulateCommand,
}

// run is the whole program but for the process around it, so that tests call
// it. It returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	u := &ui{out: stdout, err: stderr}
	if len(args) == 0 {
		printHelp(stderr)
		return exitUsage
	}
	switch args[0] {
	case "help", "-h", "--help":
		if len(args) > 1 && args[0] == "help" {
			if c := lookup(args[1]); c != nil {
				printUsage(stdout, c)
				return exitOK
			}
			return u.fail(unknownCommand(args[1]))
		}
		printHelp(stdout)
		return exitOK
	case "version", "--version":
		u.println("benchsite " + version())
		return exitOK
	}
	c := lookup(args[0])
	if c == nil {
		return u.fail(unknownCommand(args[0]))
	}
	f := newFlags(c.name)
	do := c.build(f)
	if err := f.set.Parse(args[1:]); err != nil {
		if isHelp(err) {
			printUsage(stdout, c)
			return exitOK
		}
		return u.fail(f.explain(err))
	}
	u.quiet, u.json = f.quiet, f.json
	return u.fail(do(ctx, u, f.set.Args()))
}

func lookup(name string) *command {
	for i := range commands {
		if commands[i].name == name {
			return &commands[i]
		}
	}
	return nil
}
