package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"benchsite/collect/artifact"
	"benchsite/render"
	"benchsite/render/dataset"
	"benchsite/render/preview"
)

var serveCommand = command{
	name: "serve", summary: "preview the site, render again on a change, reload the pages",
	usage: `
Renders into a temporary folder, serves it, and watches artifacts, reports,
configuration and templates: after a change the site is rendered again and open
pages reload. While a report or the configuration has a fault, the pages of
before stay and the fault is shown, here and over the page. The folder site/ is
left alone; nothing of the preview is in any file.

Only this machine reaches the preview unless --addr names another address. The
built-in templates cannot change; those of a folder are taken with --templates,
and ./templates is taken by itself when it is there, as in a checkout of
benchsite. Ctrl-C ends the preview (exit code 130).`,
	build: func(f *flags) func(context.Context, *ui, []string) error {
		o := serveOptions{flags: f}
		f.set.StringVar(&o.addr, "addr", "127.0.0.1:8080", "the `ADDRESS` to listen on; port 0 takes a free one")
		f.set.StringVar(&o.out, "out", "", "render into this `FOLDER` instead of a temporary one")
		f.set.StringVar(&o.templates, "templates", "", "lay out by the templates of this `FOLDER`")
		f.common()
		return func(ctx context.Context, u *ui, args []string) error {
			if len(args) > 0 {
				return usageErr("serve takes no argument, got %q", args[0])
			}
			return o.run(ctx, u)
		}
	},
}

type serveOptions struct {
	*flags
	addr, out, templates string
	shown                map[string]bool // faults of the render that is served
}

func (o *serveOptions) run(ctx context.Context, u *ui) error {
	if err := o.prepare(u); err != nil {
		return err
	}
	if o.out == "" {
		dir, err := os.MkdirTemp("", "benchsite-serve-")
		if err != nil {
			return failErr(err)
		}
		o.out = filepath.Join(dir, "site")
		defer func() {
			render.Forget(artifact.Open(o.artifacts), o.out)
			os.RemoveAll(dir)
		}()
	}
	s, err := preview.Listen(ctx, o.addr, o.out)
	if err != nil {
		return withHint(failErr(fmt.Errorf("serve: %w", err)), "--addr 127.0.0.1:0 takes a free port")
	}
	defer s.Close()
	if !s.Loopback() {
		u.warn("serve: %s can be reached from other machines, with everything that is not published yet; leave out --addr to keep it to this one", o.addr)
	}
	if err := u.address(s.URL()); err != nil {
		return err
	}
	first := true
	err = preview.Watch(ctx, o.watched(), func() {
		o.refresh(ctx, u, s, first)
		if first {
			u.note("watching %s; Ctrl-C ends", strings.Join(o.watched(), ", "))
		}
		first = false
	})
	if err != nil {
		return withHint(failErr(fmt.Errorf("serve: cannot watch for changes: %w", err)), "on Linux fs.inotify.max_user_watches bounds how many folders can be watched")
	}
	return endWith(exitInterrupted)
}

// address is the result of a command that serves.
func (u *ui) address(url string) error {
	if u.json {
		return u.printJSON(map[string]string{"url": url})
	}
	u.println(url)
	return nil
}

// prepare refuses what cannot work before anything is served.
func (o *serveOptions) prepare(u *ui) error {
	host, port, err := net.SplitHostPort(o.addr)
	if err != nil {
		return withHint(usageErr("serve: --addr is %q, must be HOST:PORT", o.addr), "--addr 127.0.0.1:8080")
	}
	if host == "" {
		o.addr = net.JoinHostPort("127.0.0.1", port) // all addresses have to be asked for: 0.0.0.0
	}
	if _, err := net.DefaultResolver.LookupPort(context.Background(), "tcp", port); err != nil {
		return usageErr("serve: --addr is %q, and %q is no port", o.addr, port)
	}
	if err := o.missing(); err != nil {
		return err
	}
	if _, err := o.read(); err != nil { // a configuration that was named and is not there
		return err
	}
	if o.out != "" {
		if err := outFolder(o.artifacts, o.out); err != nil {
			return err
		}
	}
	const layout = "html/base.gohtml"
	switch {
	case o.templates != "":
		if _, err := os.Stat(filepath.Join(o.templates, filepath.FromSlash(layout))); err != nil {
			return usageErr("serve: --templates %s has no %s", o.templates, layout)
		}
	default:
		if _, err := os.Stat(filepath.Join("templates", filepath.FromSlash(layout))); err == nil {
			o.templates = "templates"
			u.note("laying out by the templates in ./templates; benchsite render takes its built-in ones")
		}
	}
	return nil
}

// watched is what the site is made of.
func (o *serveOptions) watched() []string {
	out := []string{o.artifacts, o.config}
	if o.templates != "" {
		out = append(out, o.templates)
	}
	return out
}

// refresh renders and tells the open pages.
func (o *serveOptions) refresh(ctx context.Context, u *ui, s *preview.Server, first bool) {
	began := time.Now()
	r, err := o.render(ctx, first)
	if ctx.Err() != nil {
		return
	}
	if err != nil {
		var lines []string
		for _, e := range unjoin(err) {
			lines = append(lines, oneLine(e.Error()))
		}
		o.fail(u, s, lines)
		return
	}
	o.shown = map[string]bool{}
	for _, p := range r.Problems {
		o.shown[problemLine(p)] = true
		u.warn("%s", problemLine(p))
	}
	if r.Written+r.Removed == 0 && !first {
		s.Clear()
		return
	}
	s.Reload()
	u.note("rendered %d pages in %s: %d files changed", r.Pages, time.Since(began).Round(10*time.Millisecond), r.Written+r.Removed)
}

func (o *serveOptions) fail(u *ui, s *preview.Server, lines []string) {
	for _, line := range lines {
		u.warn("%s", line)
	}
	u.note("the pages of before are still shown")
	s.Fail(lines)
}

func (o *serveOptions) render(ctx context.Context, first bool) (render.Result, error) {
	store, err := o.existing()
	if err != nil {
		return render.Result{}, err
	}
	cfg, err := o.siteConfig()
	if err != nil {
		return render.Result{}, err
	}
	options := render.Options{Store: store, Config: cfg, Out: o.out, Version: version()}
	if o.templates != "" {
		options.Templates = os.DirFS(o.templates)
	}
	if !first {
		options.Check = o.holdBack
	}
	return render.Site(ctx, options)
}

// holdBack refuses a render while a report has a fault that it had not when its
// page was made: whoever writes the report keeps the page of before.
func (o *serveOptions) holdBack(problems []dataset.Problem) error {
	var faults []error
	for _, p := range problems {
		if line := problemLine(p); (strings.HasPrefix(p.File, "reports/") || p.File == "withdrawn.toml") && !o.shown[line] {
			faults = append(faults, errors.New(line))
		}
	}
	return errors.Join(faults...)
}
