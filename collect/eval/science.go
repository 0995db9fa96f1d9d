package eval

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// NoIsolation begins the reason of a suite of programs that was not run because
// there is no box to run them in.
const NoIsolation = "no isolation"

// Science reports whether programs of the suite need the packages of numerical
// work.
func (s *Suite) Science() bool {
	return slices.ContainsFunc(s.Items, func(it Item) bool { return it.Code != nil && it.Code.Step != "" })
}

// Fit takes the versions of the Python packages in the box, by name. A suite that
// needs one that is missing is a *NotRun; items that need an older one are marked,
// so that no program is blamed.
func (s *Suite) Fit(packages map[string]string) error {
	if !s.Science() {
		return nil
	}
	for _, name := range []string{"numpy", "scipy", "h5py"} {
		if packages[name] == "" {
			return &NotRun{Suite: s.Name, Why: WhyPackages, Reason: fmt.Sprintf("the Python of the sandbox has no %s, which the expected values and the programs need: apt install python3-numpy python3-scipy python3-h5py, or name a Python that has it (--python)", name)}
		}
	}
	if !atLeast(packages["scipy"], 1, 14) {
		return nil
	}
	s.Items = slices.Clone(s.Items)
	for i := range s.Items {
		if p := s.Items[i].Code; p != nil && strings.Contains(p.Setup+s.Items[i].asked(), "simps") {
			marked := *p
			marked.Needs = fmt.Sprintf("it needs SciPy below 1.14, where scipy.integrate.simps was removed; here is %s", packages["scipy"])
			s.Items[i].Code = &marked
		}
	}
	return nil
}

// asked is all that is said in an item's own messages.
func (it Item) asked() string {
	var out strings.Builder
	for _, m := range it.Messages {
		out.WriteString(m.Content)
	}
	return out.String()
}

// atLeast compares the first two parts of a version.
func atLeast(version string, major, minor int) bool {
	parts := append(strings.SplitN(version, ".", 3), "0", "0")
	a, errA := strconv.Atoi(parts[0])
	b, errB := strconv.Atoi(parts[1])
	return errA == nil && errB == nil && (a > major || a == major && b >= minor)
}
