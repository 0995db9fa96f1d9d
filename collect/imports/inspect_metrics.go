package imports

import (
	"slices"
	"strings"

	"benchsite/collect/artifact"
)

// each lists the items of a list; of what is no list, none.
func (n *node) each() []*node {
	if !n.is(list) {
		return nil
	}
	return n.items
}

// metrics takes every metric of every scorer. An error measure belongs to the
// first other metric of the same scorer.
func (r *inspectRun) metrics() {
	scores := r.root.at("results", "scores").each()
	several := map[string]bool{}
	for _, s := range scores {
		several[deref(s.at("name").text())] = true
	}
	for _, s := range scores {
		n := r.reduced(s)
		var filter []string
		if name := s.at("name").text(); name != nil && len(several) > 1 {
			filter = append(filter, *name)
		}
		if reducer := s.at("reducer").text(); reducer != nil && *reducer != "mean" {
			filter = append(filter, *reducer)
		}
		m := s.at("metrics")
		if !m.is(object) {
			continue
		}
		var stderr *float64
		first := -1
		for _, key := range m.keys {
			v := figure(m.at(key).at("value"))
			name := key
			if said := m.at(key).at("name").text(); said != nil && *said != "" && !slices.Contains(m.keys, *said) {
				name = key + " " + *said // grouped metrics are keyed by their group
			}
			name = name[strings.LastIndexByte(name, '/')+1:]
			if strings.Contains(name, "stderr") {
				if stderr == nil {
					stderr = v
				}
				continue
			}
			metric := artifact.Metric{Metric: name, Value: v, N: n, Better: inspectBetter(name)}
			if len(filter) > 0 {
				metric.Filter = ptr(strings.Join(filter, " "))
			}
			if first < 0 {
				first = len(r.task.Metrics)
			}
			r.task.Metrics = append(r.task.Metrics, metric)
		}
		if first >= 0 {
			r.task.Metrics[first].Stderr = stderr
		}
	}
	if value, n := r.held(); len(r.task.Metrics) == 0 && value != nil {
		r.task.Metrics = []artifact.Metric{{Metric: "accuracy", Value: value, N: n, Better: higher}}
	}
	firstPrimary(r.task.Metrics)
}

func inspectBetter(metric string) *string {
	for _, word := range []string{"accuracy", "mean", "f1", "pass", "correct", "exact", "grouped"} {
		if strings.Contains(metric, word) {
			return higher
		}
	}
	return nil
}

// reduced is how many items a score rests on.
func (r *inspectRun) reduced(score *node) *int64 {
	if n := score.at("scored_samples").count(); n != nil && *r.epochs() == 1 {
		return n
	}
	name := score.at("scorer").text()
	for _, red := range r.reductions.each() {
		if s := red.at("scorer").text(); s != nil && name != nil && *s == *name && red.at("samples").kind == list {
			return ptr(int64(len(red.at("samples").items)))
		}
	}
	return r.items()
}

// held is the share of right items among those that a log without results holds,
// the mean of an item's epochs counting as one.
func (r *inspectRun) held() (value *float64, n *int64) {
	index := map[string]int{}
	var sums, counts []float64
	for _, p := range r.partial {
		i, there := index[p.item]
		if !there {
			i = len(sums)
			index[p.item] = i
			sums, counts = append(sums, 0), append(counts, 0)
		}
		sums[i] += p.value
		counts[i]++
	}
	if len(sums) == 0 {
		return nil, nil
	}
	total := 0.0
	for i, s := range sums {
		total += s / counts[i]
	}
	return finiteValue(total / float64(len(sums))), ptr(int64(len(sums)))
}
