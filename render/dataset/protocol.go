package dataset

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"benchsite/collect/artifact"
)

// Protocol is a group of runs whose numbers may be compared: all known
// parameters are equal.
type Protocol struct {
	ID         string
	Kind       artifact.Kind
	Parameters map[string]any
	Unknown    []string // parameters that some of its runs did not record, sorted
	Runs       []*Run   // every run with this id, newest first, simulated ones last
}

// Standing returns the runs of the group that count, in display order of their
// subjects, newest first within one.
func (p *Protocol) Standing() []*Run {
	var out []*Run
	for _, r := range p.Runs {
		if r.Standing && !r.Artifact.Simulated {
			out = append(out, r)
		}
	}
	SortForDisplay(out)
	return out
}

func (s *Set) linkProtocols() {
	type key struct {
		kind artifact.Kind
		id   string
	}
	groups := map[key]*Protocol{}
	for _, r := range s.Runs {
		k := key{r.Kind, r.Artifact.Protocol.ID}
		p := groups[k]
		if p == nil {
			p = &Protocol{ID: k.id, Kind: k.kind, Parameters: r.Artifact.Protocol.Parameters}
			groups[k] = p
			s.Protocols = append(s.Protocols, p)
		}
		p.Runs = append(p.Runs, r)
		for _, u := range r.Artifact.Protocol.Unknown {
			if !slices.Contains(p.Unknown, u) {
				p.Unknown = append(p.Unknown, u)
			}
		}
		r.How = p
	}
	for _, p := range s.Protocols {
		slices.Sort(p.Unknown)
		slices.SortStableFunc(p.Runs, func(a, b *Run) int {
			return cmp.Or(compareBool(a.Artifact.Simulated, b.Artifact.Simulated), newestFirst(a, b))
		})
	}
	slices.SortStableFunc(s.Protocols, func(a, b *Protocol) int {
		return cmp.Or(-cmp.Compare(a.Kind, b.Kind), newestFirst(a.Runs[0], b.Runs[0]), cmp.Compare(a.ID, b.ID))
	})
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// readingOrder is the order of parameters in a protocol box; others follow by
// name.
var readingOrder = []string{
	"task", "version", "dataset", "dataset_revision", "dataset_sha256", "limit", "items_sha256", "n_shot",
	"arrival", "burstiness", "concurrency", "rate", "think_time_s", "ramp_s", "max_in_flight", "speed",
	"workload", "workload_sha256", "workload_seed", "prompts", "input_tokens", "input_tokens_spread",
	"prefix_tokens", "prefix_groups", "turns", "images", "image_size",
	"max_tokens", "min_tokens", "ignore_eos", "temperature", "top_p", "top_k", "seed", "streaming", "thinking",
	"window_bytes", "stride_bytes", "tokens",
	"system_sha256", "prompt_sha256", "filter", "scorer", "judge_model", "judge_prompt_sha256", "judge_temperature", "definitions",
}

func readingRank(name string) int {
	if i := slices.Index(readingOrder, name); i >= 0 {
		return i
	}
	return len(readingOrder)
}

func sortParameters(names []string) {
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(readingRank(a), readingRank(b)), cmp.Compare(a, b))
	})
}

// effective returns a parameter of a protocol with its default where the run
// did not set it. state is Same for a default, Differs for a value that was
// set, Unknown for one that was not recorded.
func effective(p *artifact.Protocol, kind artifact.Kind, name string) (v any, state Verdict) {
	if slices.Contains(p.Unknown, name) {
		return nil, Unknown
	}
	if v, ok := p.Parameters[name]; ok && v != nil {
		return v, Differs
	}
	if d, ok := artifact.Defaults[name]; ok && kind == artifact.KindLoad {
		return d, Same
	}
	return nil, Same
}

// Parameters returns the protocol of the run in reading order: A is the value.
// Verdict is Differs for a value that the run set, Same for the default, which
// is listed when the kind of run has one, Unknown where nothing was recorded.
func (r *Run) Parameters() []Field {
	p := withoutTasks(&r.Artifact.Protocol)
	names := map[string]bool{}
	for n := range p.Parameters {
		names[n] = true
	}
	for _, n := range p.Unknown {
		names[n] = true
	}
	if r.Kind == artifact.KindLoad {
		for n := range artifact.Defaults {
			names[n] = true
		}
	}
	var out []Field
	sorted := slices.Collect(maps.Keys(names))
	sortParameters(sorted)
	for _, n := range sorted {
		v, state := effective(p, r.Kind, n)
		v, ok := shown(n, v)
		if !ok || v == nil && state != Unknown {
			continue
		}
		out = append(out, Field{Name: n, A: v, Verdict: state})
	}
	return out
}

// withoutTasks is a protocol over several tasks with the parameters of a single
// one: what all tasks share stands once, what differs between them as [byTask].
func withoutTasks(p *artifact.Protocol) *artifact.Protocol {
	tasks, ok := p.Parameters["tasks"].(map[string]any)
	if !ok {
		return p
	}
	flat := artifact.Protocol{ID: p.ID, Parameters: maps.Clone(p.Parameters), Unknown: p.Unknown}
	delete(flat.Parameters, "tasks")
	values := map[string]byTask{}
	for task, parameters := range tasks {
		own, _ := parameters.(map[string]any)
		for name, v := range own {
			if values[name] == nil {
				values[name] = byTask{}
			}
			values[name][task] = v
		}
	}
	for name, v := range values {
		if distinct := v.distinct(); len(distinct) == 1 {
			flat.Parameters[name] = distinct[0]
		} else {
			flat.Parameters[name] = v
		}
	}
	return &flat
}

// byTask is a parameter that differs between the tasks of a run.
type byTask map[string]any

// distinct lists the values, in the order of the tasks' names.
func (b byTask) distinct() (out []any) {
	for _, task := range slices.Sorted(maps.Keys(b)) {
		if !slices.ContainsFunc(out, func(had any) bool { return sameValue(had, b[task]) }) {
			out = append(out, b[task])
		}
	}
	return out
}

// shownValues is how many values of a parameter that differs between tasks are
// listed.
const shownValues = 3

// listed is a value of a comparison: of one that differs between tasks all of them.
func listed(v any) any {
	if b, ok := v.(byTask); ok {
		return b.distinct()
	}
	return v
}

// shown is a value for readers: of one that differs between tasks the first few.
// ok is false for what says nothing there: the names of the tasks, which the title
// has, and the hashes of many.
func shown(name string, v any) (_ any, ok bool) {
	b, differs := v.(byTask)
	if !differs {
		return v, true
	}
	if name == "task" || strings.HasSuffix(name, "_sha256") {
		return nil, false
	}
	list := b.distinct()
	if len(list) > shownValues {
		list = append(list[:shownValues], "…")
	}
	return list, true
}

// Conditions is the protocol in short, for sentences: of a load test
// concurrency or rate, requests (not part of the protocol, but needed to read
// it) and max_tokens; of an evaluation task and limit. A holds the value; what
// is unknown is left out.
func (r *Run) Conditions() []Field {
	names := []string{"task", "limit"}
	if r.Kind == artifact.KindLoad {
		names = []string{"concurrency", "rate", "requests", "max_tokens"}
	}
	var out []Field
	for _, n := range names {
		v := r.Artifact.Protocol.Parameters[n]
		if n == "requests" && r.Load != nil && r.Load.Requests.Offered != nil {
			v = *r.Load.Requests.Offered
		}
		if v != nil {
			out = append(out, Field{Name: n, A: v, Verdict: Same})
		}
	}
	return out
}

// diffProtocols compares two protocols parameter by parameter.
func diffProtocols(a, b *Run) []Field {
	pa, pb := withoutTasks(&a.Artifact.Protocol), withoutTasks(&b.Artifact.Protocol)
	names := map[string]bool{}
	for _, r := range []*Run{a, b} {
		for _, f := range r.Parameters() {
			names[f.Name] = true
		}
		for n := range withoutTasks(&r.Artifact.Protocol).Parameters {
			names[n] = true // also what is not shown must be equal
		}
	}
	var out []Field
	sorted := slices.Collect(maps.Keys(names))
	sortParameters(sorted)
	for _, n := range sorted {
		va, sa := effective(pa, a.Kind, n)
		vb, sb := effective(pb, b.Kind, n)
		f := Field{Name: n, A: va, B: vb, Verdict: Differs}
		switch {
		case sa == Unknown || sb == Unknown:
			f.Verdict = Unknown
		case sameValue(va, vb):
			f.Verdict = Same
		}
		f.A, f.B = listed(va), listed(vb)
		out = append(out, f)
	}
	sortFields(out)
	return out
}

// sortFields puts what differs first, then what is unknown, then what agrees,
// each in the order given.
func sortFields(fields []Field) {
	rank := func(f Field) int { return slices.Index([]Verdict{Differs, Unknown, Same}, f.Verdict) }
	slices.SortStableFunc(fields, func(a, b Field) int { return cmp.Compare(rank(a), rank(b)) })
}

// sameValue compares JSON values. Numbers are equal when their values are,
// however they were read.
func sameValue(a, b any) bool {
	if x, ok := number(a); ok {
		y, ok := number(b)
		return ok && x == y
	}
	return reflect.DeepEqual(a, b)
}

// parameter is what a task was asked with. A run over several tasks keeps the
// parameters of each under its name.
func (r *Run) parameter(task, name string) any {
	if tasks, ok := r.Artifact.Protocol.Parameters["tasks"].(map[string]any); ok {
		if own, ok := tasks[task].(map[string]any); ok {
			return own[name]
		}
	}
	return r.Artifact.Protocol.Parameters[name]
}

func number(v any) (float64, bool) {
	switch rv := reflect.ValueOf(v); {
	case !rv.IsValid():
		return 0, false
	case rv.CanFloat():
		return rv.Float(), true
	case rv.CanInt():
		return float64(rv.Int()), true
	case rv.CanUint():
		return float64(rv.Uint()), true
	}
	if n, ok := v.(fmt.Stringer); ok { // json.Number
		var f float64
		if _, err := fmt.Sscan(n.String(), &f); err == nil {
			return f, true
		}
	}
	return 0, false
}
