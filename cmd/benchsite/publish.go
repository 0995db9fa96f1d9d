package main

import (
	"context"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"strings"

	"benchsite/render"
	"benchsite/render/publish"
)

var publishCommand = command{
	name: "publish", summary: "check, then commit site/ to a branch", args: " [--push [REMOTE]]",
	usage: `
Runs check over configuration, artifacts and site, makes sure that the site was
rendered from the present artifacts, and commits it to a branch, gh-pages as
GitHub Pages expects it. Your checkout, index and branches stay as they are:
the commit is made beside them. When the branch is as the site is, nothing is
committed. A finding of check, a secret or an old site ends it with exit code 1.

With --push the branch is then sent to the remote, origin unless another is
named. A branch that holds something else than a site of benchsite is refused,
and a remote never loses a commit, unless --force says so; a branch that is
checked out is refused always. A CNAME file that Pages keeps on the branch
stays there.

  benchsite render && benchsite publish --dry-run
  benchsite publish --push`,
	build: func(f *flags) func(context.Context, *ui, []string) error {
		o := publishOptions{flags: f}
		f.set.StringVar(&o.branch, "branch", "gh-pages", "the `BRANCH` to commit to")
		f.set.BoolVar(&o.dry, "dry-run", false, "list what would change and commit nothing")
		f.set.StringVar(&o.push, "push", "", "send the branch to this `REMOTE`, origin when none is named")
		f.set.Lookup("push").NoOptDefVal = "origin"
		f.set.BoolVar(&o.force, "force", false, "replace a branch that holds something else, here and on the remote")
		f.set.StringVar(&o.out, "out", "site", "the `FOLDER` of the rendered site")
		f.set.BoolVar(&o.workflow, "workflow", false, "print a GitHub workflow that renders and publishes, and do nothing else")
		f.common()
		return func(ctx context.Context, u *ui, args []string) error {
			if o.workflow {
				u.println(strings.TrimSuffix(publish.Workflow(), "\n"))
				return nil
			}
			if len(args) == 1 && o.push == "origin" {
				o.push, args = args[0], nil // --push REMOTE
			}
			if len(args) > 0 {
				return usageErr("publish takes no argument, got %q", args[0])
			}
			return o.run(ctx, u)
		}
	},
}

type publishOptions struct {
	*flags
	branch, push, out    string
	dry, force, workflow bool
}

func (o *publishOptions) run(ctx context.Context, u *ui) error {
	folder, err := render.Inspect(o.out)
	if errors.Is(err, render.ErrNotRendered) {
		return withHint(usageErr("publish: %w", err), "benchsite render writes it; --out names another folder")
	}
	if err != nil {
		return failErr(err)
	}
	repo, err := publish.Open(ctx, ".")
	if err != nil {
		return withHint(usageErr("publish: %w", err), "git init makes one here")
	}
	if o.push != "" && !repo.HasRemote(ctx, o.push) {
		return withHint(usageErr("publish: git knows no remote %q", o.push), "git remote add %s ADDRESS", o.push)
	}
	if err := repo.CanMove(ctx, o.branch); err != nil {
		return withHint(usageErr("publish: %w", err), "name another one with --branch")
	}
	if err := o.check(ctx, u); err != nil {
		return err
	}
	if s := folder.Large(); s != "" {
		u.warn("publish: %s", s)
	}
	remote := o.push
	if remote == "" {
		remote = "origin"
	} else if err := repo.Fetch(ctx, remote, o.branch); err != nil {
		return failErr(err)
	}
	plan, err := repo.Plan(ctx, o.out, folder.Files, o.branch, remote, o.force)
	if errors.Is(err, publish.ErrForeign) {
		return withHint(usageErr("publish: %w", err), "another --branch keeps it; --force replaces its files")
	}
	if err != nil {
		return failErr(err)
	}
	if o.dry {
		return o.show(u, plan)
	}
	return o.commit(ctx, u, repo, plan)
}

// check refuses what must not be published. Findings go where those of
// benchsite check go.
func (o *publishOptions) check(ctx context.Context, u *ui) error {
	found, err := o.findings(ctx, o.out, []string{"config", "artifacts", "site"})
	if err != nil {
		return err
	}
	if len(found) > 0 {
		for _, x := range found {
			u.warn("%s: %s", x.Where, x.What)
		}
		return withHint(failErr(fmt.Errorf("publish: check found %d; nothing was committed", len(found))), "benchsite check finds the same; mend, render and publish again")
	}
	set, err := o.load()
	if err != nil {
		return err
	}
	stale, err := render.Stale(o.out, set)
	if err != nil {
		return failErr(err)
	}
	if stale {
		return withHint(failErr(fmt.Errorf("publish: %s was rendered from other artifacts, reports or another configuration than there are now; nothing was committed", o.out)), "benchsite render, then publish again")
	}
	return nil
}

// show lists the changes of a plan.
func (o *publishOptions) show(u *ui, plan *publish.Plan) error {
	if u.json {
		return u.printJSON(map[string]any{"branch": plan.Branch, "parent": plan.Parent, "changes": append([]publish.Change{}, plan.Changes...)})
	}
	for _, c := range plan.Changes {
		u.println(c.Status + " " + c.Path)
	}
	if len(plan.Changes) == 0 {
		u.note("nothing to do: %s is as %s is", plan.Branch, o.out)
	} else {
		u.note("dry run: %d files would change on %s", len(plan.Changes), plan.Branch)
	}
	return nil
}

func (o *publishOptions) commit(ctx context.Context, u *ui, repo *publish.Repository, plan *publish.Plan) error {
	commit, err := repo.Commit(ctx, plan, publish.Message(plan.Changes))
	if errors.Is(err, publish.ErrIdentity) {
		return withHint(usageErr("publish: %w", err), "git config user.name NAME and git config user.email ADDRESS say it")
	}
	if err != nil {
		return failErr(err)
	}
	if len(plan.Changes) == 0 {
		u.note("nothing to do: %s is as %s is", plan.Branch, o.out)
	} else {
		u.note("committed %d changed files to %s", len(plan.Changes), plan.Branch)
	}
	if u.json {
		if err := u.printJSON(map[string]any{"branch": plan.Branch, "commit": commit, "changed": len(plan.Changes)}); err != nil {
			return err
		}
	} else {
		u.println(commit)
	}
	if o.push == "" {
		if len(plan.Changes) > 0 {
			u.note("to send it: benchsite publish --push, or git push origin %s", plan.Branch)
		}
		return nil
	}
	if err := repo.Push(ctx, o.push, plan.Branch, o.force); err != nil {
		return withHint(failErr(err), "the commit is on %s here; --force replaces a branch of the remote that went another way", plan.Branch)
	}
	u.note("pushed %s to %s", plan.Branch, o.push)
	return nil
}

// asWritten are the files of a site that are not as render left them. A site that
// was never rendered has none.
func asWritten(dir string) ([]finding, error) {
	folder, err := render.Inspect(dir)
	if errors.Is(err, render.ErrNotRendered) {
		return nil, nil
	}
	var out []finding
	for _, x := range folder.Faults {
		out = append(out, finding{filepath.Join(dir, filepath.FromSlash(path.Clean(x.Path))), x.What})
	}
	return out, err
}
