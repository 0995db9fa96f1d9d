package publish

import (
	"fmt"
	"path"
	"strings"
)

// named is how many runs and reports a message names before it counts the rest.
const named = 20

// Message says what a commit changes: in its first line how many runs and reports,
// below their names.
func Message(changes []Change) string {
	var added, removed, reports []string
	files := map[string]int{}
	for _, c := range changes {
		files[c.Status]++
		if id, ok := runOf(c.Path); ok {
			switch c.Status {
			case "A":
				added = append(added, id)
			case "D":
				removed = append(removed, id)
			}
		}
		if slug, ok := reportOf(c.Path); ok && (len(reports) == 0 || reports[len(reports)-1] != slug) {
			reports = append(reports, slug)
		}
	}
	reports = unique(reports)
	var head []string
	count := func(n int, one, many string) {
		switch {
		case n == 1:
			head = append(head, "1 "+one)
		case n > 1:
			head = append(head, fmt.Sprintf("%d %s", n, many))
		}
	}
	count(len(added), "new run", "new runs")
	count(len(removed), "run removed", "runs removed")
	count(len(reports), "report changed", "reports changed")
	if len(head) == 0 {
		count(len(changes), "file changed", "files changed")
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Publish %s\n", strings.Join(head, ", "))
	list := func(title string, names []string) {
		if len(names) == 0 {
			return
		}
		fmt.Fprintf(&b, "\n%s:\n", title)
		for i, name := range names {
			if i == named {
				fmt.Fprintf(&b, "- and %d more\n", len(names)-named)
				break
			}
			fmt.Fprintf(&b, "- %s\n", name)
		}
	}
	list("New runs", added)
	list("Runs removed", removed)
	list("Reports changed", reports)
	fmt.Fprintf(&b, "\nFiles: %d added, %d changed, %d removed.\n", files["A"], files["M"], files["D"])
	return b.String()
}

// runOf is the id of the run whose artifact the path is.
func runOf(p string) (string, bool) {
	id, ok := strings.CutPrefix(p, "data/artifacts/")
	if !ok || path.Ext(id) != ".json" {
		return "", false
	}
	return strings.TrimSuffix(id, ".json"), true
}

// reportOf is the slug of the report whose page the path is.
func reportOf(p string) (string, bool) {
	parts := strings.Split(p, "/")
	if len(parts) == 4 && parts[1] == "reports" && parts[3] == "index.md" {
		return parts[2], true
	}
	return "", false
}

func unique(names []string) []string {
	var out []string
	seen := map[string]bool{}
	for _, n := range names {
		if !seen[n] {
			seen[n] = true
			out = append(out, n)
		}
	}
	return out
}
