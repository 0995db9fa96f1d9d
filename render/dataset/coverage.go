package dataset

import (
	"cmp"
	"slices"

	"benchsite/collect/artifact"
)

// Coverage is what has been measured and what is missing: every subject against
// every test.
type Coverage struct {
	Rows  []CoverageRow
	Tasks []string // evaluation tasks: those with a score, oldest first, then those that could not be run, then those only planned
	plans map[string]*Benchmark
}

// CoverageRow is one model in one precision on one kind of accelerator. Runs on
// another number of devices stand in the same row unless they would take the
// same cell; then every number of devices has a row.
type CoverageRow struct {
	Name      string // base model without owner and precision
	Model     string
	Precision string // "" when not recorded
	Devices   int    // 0 when the row holds several numbers of devices, or none is recorded
	MIG       bool
	Split     bool              // rows of this model differ in devices
	Subjects  []*Subject        // display order
	Load      *Run              // newest load test, nil when there is none
	Scores    map[string]*Score // a score of all items before one of a part, then the newest
	Runs      map[string]*Run   // of Scores
	NotRun    map[string]*NotRun
}

// NotRun is a task that was tried and could not be asked.
type NotRun struct {
	Run  *Run
	Task *artifact.Task
}

// sameVariant reports whether two subjects are one model in one precision on
// one kind of accelerator, on however many of them.
func sameVariant(a, b *Subject) bool {
	return a.Family == b.Family && a.Precision == b.Precision && a.base == b.base
}

// variantHeads returns one subject for every variant, in the order of the runs.
func variantHeads(runs []*Run) []*Subject {
	var out []*Subject
	for _, r := range runs {
		if !slices.ContainsFunc(out, func(s *Subject) bool { return sameVariant(s, r.Who) }) {
			out = append(out, r.Who)
		}
	}
	slices.SortStableFunc(out, compareSubjects)
	return out
}

// Benchmark returns the plan of a task in the reports, nil when no report plans it.
func (c *Coverage) Benchmark(task string) *Benchmark { return c.plans[task] }

// Coverage tabulates the standing runs and the benchmarks that reports plan.
func (s *Set) Coverage() *Coverage { return s.CoverageOf(s.Standing) }

// CoverageOf is [Set.Coverage] of some of the standing runs, newest first. The
// parts of which a task is the mean have no column of their own.
func (s *Set) CoverageOf(standing []*Run) *Coverage {
	c := &Coverage{plans: map[string]*Benchmark{}}
	for _, head := range variantHeads(standing) {
		var runs []*Run
		for _, r := range standing {
			if sameVariant(r.Who, head) {
				runs = append(runs, r)
			}
		}
		c.Rows = append(c.Rows, coverageRows(head, runs)...)
	}
	for _, r := range slices.Backward(standing) { // oldest first
		for i := range r.Scores {
			if task := r.Scores[i].Task; !slices.Contains(c.Tasks, task) && !r.PartOf(task) {
				c.Tasks = append(c.Tasks, task)
			}
		}
	}
	for _, r := range slices.Backward(standing) {
		for _, t := range r.notRun() {
			if !slices.Contains(c.Tasks, t.Task) {
				c.Tasks = append(c.Tasks, t.Task)
			}
		}
	}
	for _, rep := range s.Reports {
		for i := range rep.Benchmarks {
			b := &rep.Benchmarks[i]
			if c.plans[b.Task] == nil {
				c.plans[b.Task] = b
			}
			if !slices.Contains(c.Tasks, b.Task) {
				c.Tasks = append(c.Tasks, b.Task)
			}
		}
	}
	return c
}

// PartOf reports whether a task of the run is one of the parts that another
// task of it is the mean of: a subject of a group. A group without a score of
// its own stands for nothing.
func (r *Run) PartOf(task string) bool {
	if r.Eval == nil || task == "" {
		return false
	}
	return slices.ContainsFunc(r.Eval.Tasks, func(t artifact.Task) bool {
		return t.Task != task && r.Score(t.Task) != nil && slices.ContainsFunc(t.Groups, func(g artifact.Group) bool { return g.Name == task })
	})
}

// notRun lists the tasks of a run that could not be asked.
func (r *Run) notRun() (out []*artifact.Task) {
	if r.Eval == nil {
		return nil
	}
	for i := range r.Eval.Tasks {
		if t := &r.Eval.Tasks[i]; t.Status == artifact.TaskNotRun {
			out = append(out, t)
		}
	}
	return out
}

func coverageRows(head *Subject, runs []*Run) []CoverageRow {
	row, clash := coverageRow(head, runs)
	if !clash {
		return []CoverageRow{row}
	}
	byDevices := map[int][]*Run{}
	var order []int
	for _, r := range runs {
		n := r.Devices()
		if byDevices[n] == nil {
			order = append(order, n)
		}
		byDevices[n] = append(byDevices[n], r)
	}
	slices.Sort(order)
	var out []CoverageRow
	for _, n := range order {
		row, _ := coverageRow(head, byDevices[n])
		row.Split = true
		out = append(out, row)
	}
	return out
}

// coverageRow fills one row from runs, newest first; clash reports two numbers
// of devices for one cell.
func coverageRow(head *Subject, runs []*Run) (row CoverageRow, clash bool) {
	row = CoverageRow{
		Name: head.base, Model: head.base, Precision: head.Precision, Scores: map[string]*Score{}, Runs: map[string]*Run{}, NotRun: map[string]*NotRun{},
	}
	if head.Precision != "" {
		row.Name += " " + head.Precision
	}
	for i, r := range runs {
		if !slices.Contains(row.Subjects, r.Who) {
			row.Subjects = append(row.Subjects, r.Who)
		}
		row.MIG = row.MIG || r.MIG()
		if n := r.Devices(); i == 0 {
			row.Devices = n
		} else if n != row.Devices {
			row.Devices = 0
		}
		if r.Kind == artifact.KindLoad {
			if row.Load == nil {
				row.Load = r
			}
			clash = clash || row.Load.Devices() != r.Devices()
		}
		for k := range r.Scores {
			s := &r.Scores[k]
			if had := row.Scores[s.Task]; had == nil || had.Part != Whole && s.Part == Whole {
				row.Scores[s.Task], row.Runs[s.Task] = s, r
			}
			clash = clash || row.Runs[s.Task].Devices() != r.Devices()
		}
		for _, t := range r.notRun() {
			if row.NotRun[t.Task] == nil {
				row.NotRun[t.Task] = &NotRun{r, t}
			}
		}
	}
	slices.SortStableFunc(row.Subjects, func(a, b *Subject) int { return cmp.Compare(a.TP, b.TP) })
	return row, clash
}
