package collect

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"benchsite/collect/artifact"
	"benchsite/collect/eval"
	"benchsite/collect/eval/code"
	"benchsite/collect/sandbox"
)

// Isolation says how programs that a model wrote are run: keys of [[eval]].
type Isolation struct {
	Python string `toml:"python"` // interpreter of the programs; "" = the system's
	// Sandbox is the kind of isolation: "bwrap", which is also "", or "none", which
	// needs NoIsolation beside it.
	Sandbox     string `toml:"sandbox"`
	NoIsolation bool   `toml:"confirm_no_isolation"`
}

// sciencePackages are those that SciCode's programs need.
var sciencePackages = []string{"numpy", "scipy", "h5py", "sympy", "matplotlib"}

func (i Isolation) validate(v *validator) {
	switch {
	case i.Sandbox != "" && i.Sandbox != sandbox.Bubblewrap && i.Sandbox != sandbox.None:
		v.fault("sandbox", "is %q, must be %q or %q", i.Sandbox, sandbox.Bubblewrap, sandbox.None)
	case i.Sandbox == sandbox.None && !i.NoIsolation:
		v.fault("sandbox", "%q runs programs that nobody has read with all rights of this user; it needs confirm_no_isolation (--confirm-no-isolation) beside it, on a machine that holds nothing of worth", i.Sandbox)
	case i.NoIsolation && i.Sandbox != sandbox.None:
		v.fault("confirm_no_isolation", "belongs to sandbox = %q", sandbox.None)
	}
}

// workshop is an open box, kept for the evaluations that share it.
type workshop struct {
	box *sandbox.Box
	err error
}

// workshop opens the box of an evaluation, once for each kind and interpreter. The
// error is an *eval.NotRun when there is no isolation.
func (r *evalRunner) workshop(ctx context.Context, suite string, i Isolation) (*sandbox.Box, error) {
	i.Sandbox = cmp.Or(i.Sandbox, sandbox.Bubblewrap)
	w, ok := r.workshops[i]
	if !ok {
		w.box, w.err = sandbox.Open(ctx, sandbox.Options{Kind: i.Sandbox, Confirmed: i.NoIsolation, Python: i.Python})
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		r.workshops[i] = w
	}
	var refused *sandbox.Refused
	if errors.As(w.err, &refused) {
		return nil, &eval.NotRun{Suite: suite, Why: eval.WhyIsolation, Reason: fmt.Sprintf("%s: %s. %s", eval.NoIsolation, refused.Reason, refused.Remedy)}
	}
	return w.box, w.err
}

// closeWorkshops removes what the boxes made on this machine.
func (r *evalRunner) closeWorkshops() error {
	var faults []error
	for _, w := range r.workshops {
		if w.box != nil {
			faults = append(faults, w.box.Close())
		}
	}
	return errors.Join(faults...)
}

// programs prepares the judge of programs and says in what they run. Both are nil
// for a suite that asks for none.
func (r *evalRunner) programs(ctx context.Context, p EvalPoint, s *eval.Suite) (*eval.CodeJudge, map[string]any, error) {
	if !s.HasCode() {
		return nil, nil, nil
	}
	box, err := r.workshop(ctx, s.Name, p.Eval.Isolation)
	if err != nil {
		return nil, nil, err
	}
	facts := box.Facts()
	if err := fit(ctx, s, box, facts); err != nil {
		return nil, nil, err
	}
	return eval.NewCodeJudge(box, cmp.Or(p.Eval.Sandbox, sandbox.Bubblewrap)), facts, nil
}

// fit looks at the packages in the box where the suite needs some, and notes their
// versions.
func fit(ctx context.Context, s *eval.Suite, box *sandbox.Box, facts map[string]any) error {
	if !s.Science() {
		return nil
	}
	found, err := code.Packages(ctx, box, sciencePackages)
	if err != nil {
		return err
	}
	if python, ok := facts["python"].(map[string]any); ok {
		versions := map[string]any{}
		for name, version := range found {
			versions[name] = version
		}
		python = maps.Clone(python)
		python["packages"], facts["python"] = versions, python
	}
	if err := s.Fit(found); err != nil {
		return err
	}
	for _, it := range s.Items {
		if it.Code == nil || it.Code.TargetsFile == "" {
			continue
		}
		if err := code.CheckTargets(ctx, box, it.Code.TargetsFile); err != nil && ctx.Err() == nil {
			return &eval.NotRun{Suite: s.Name, Why: eval.WhyBroken, Reason: fmt.Sprintf("%s cannot be read in the sandbox: %v; fetch it again, and keep it in a folder that other users may enter", it.Code.TargetsFile, err), Dataset: *s.Dataset.Name}
		}
		break // all items have the same file
	}
	return ctx.Err()
}

// ProgramMeans are what running the stored programs of an evaluation again takes:
// the judge and the items. Without programs both are empty. What it returns must
// be closed.
func ProgramMeans(ctx context.Context, store *artifact.Store, a *artifact.Artifact, ref string, from eval.Source, i Isolation) (means eval.Means, done func() error, err error) {
	done = func() error { return nil }
	records, err := store.EvalRecords(a)
	if err != nil || !slices.ContainsFunc(records, func(r artifact.EvalRecord) bool { return r.Type != nil && *r.Type == eval.CodeType }) {
		return means, done, err
	}
	v := &validator{}
	if i.validate(v); len(v.faults) > 0 {
		return means, done, errors.Join(v.faults...)
	}
	r := &evalRunner{store: store, workshops: map[Isolation]workshop{}}
	box, err := r.workshop(ctx, a.Name, i)
	if err != nil {
		return means, done, err
	}
	means.Items, err = Questions(ctx, store, a, ref, from)
	var missing *eval.NotRun
	if errors.As(err, &missing) && ref == "" { // small tests stand with their records
		means.Items, err = map[string]eval.Item{}, nil
	}
	if err != nil {
		return means, done, errors.Join(err, r.closeWorkshops())
	}
	s := &eval.Suite{Name: a.Name, Dataset: artifact.Dataset{Name: &a.Name}, Items: slices.Collect(maps.Values(means.Items))}
	if err := fit(ctx, s, box, box.Facts()); err != nil {
		return means, done, errors.Join(err, r.closeWorkshops())
	}
	for _, it := range s.Items {
		means.Items[it.Hash()] = it
	}
	means.Judges = map[string]eval.Judge{eval.CodeType: eval.NewCodeJudge(box, cmp.Or(i.Sandbox, sandbox.Bubblewrap))}
	return means, r.closeWorkshops, nil
}
