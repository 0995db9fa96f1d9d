package main

import (
	"context"
	"errors"
)

var siteCommand = command{
	name: "site", summary: "collect what config.toml plans, then render (the main job)",
	usage: `
Runs the plan of the configuration into artifacts, then renders all artifacts.
A simulated point that was collected before is not collected again; a measured
one always is. What failed is said and the rest is rendered (exit code 3).`,
	build: func(f *flags) func(context.Context, *ui, []string) error {
		out := f.set.String("out", "site", "the `FOLDER` to write")
		again := f.set.Bool("again", false, "collect simulated points again")
		f.common()
		return func(ctx context.Context, u *ui, args []string) error {
			if len(args) > 0 {
				return usageErr("site takes no argument, got %q", args[0])
			}
			plan, err := f.plan()
			if err != nil {
				return err
			}
			evals, err := f.evalPlan()
			if err != nil {
				return err
			}
			collected := runCollect(ctx, u, f, plan, evals, collectOptions{again: *again})
			var e *exitError
			if collected != nil && (!errors.As(collected, &e) || e.code == exitInterrupted || e.code == exitUsage) {
				return collected
			}
			if err := runRender(ctx, u, f, renderOptions{out: *out}); err != nil {
				return err
			}
			if collected != nil {
				// What could be rendered was rendered: a part failed.
				return endWith(exitPartial)
			}
			return nil
		}
	},
}
