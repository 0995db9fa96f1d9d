package publish

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Reasons for which nothing is committed.
var (
	// ErrBranchName says that the name can be none of a branch.
	ErrBranchName = errors.New("is no name of a branch")
	// ErrCheckedOut says that somebody works on the branch.
	ErrCheckedOut = errors.New("is checked out")
	// ErrForeign says that the branch holds what no site of ours left there.
	ErrForeign = errors.New("holds files of something else than a rendered site")
	// ErrIdentity says that git does not know who commits.
	ErrIdentity = errors.New("git does not know who commits")
)

// Change is one file that the next commit changes.
type Change struct {
	Status string `json:"status"` // "A" added, "M" modified, "D" deleted
	Path   string `json:"path"`
}

// Plan is what committing a folder to a branch would do.
type Plan struct {
	Branch  string
	Parent  string   // commit that the new one follows, "" on a new branch
	Changes []Change // by path

	old     string            // where the branch is now, "" when it is not there
	dir     string            // the folder
	entries map[string]string // path -> object
}

// mark is the file by which a rendered folder is known.
const mark = ".benchsite-files"

// kept are files of the branch that a site never holds and that are not ours to
// remove: GitHub Pages keeps the own domain of a site in one.
var kept = []string{"CNAME"}

// CanMove says why the branch cannot be committed to, whatever is on it: its name
// is none, or somebody works on it.
func (r *Repository) CanMove(ctx context.Context, branch string) error {
	if _, err := r.git(ctx, "check-ref-format", "--branch", branch); err != nil {
		return fmt.Errorf("%q %w", branch, ErrBranchName)
	}
	return r.notCheckedOut(ctx, branch)
}

// Plan compares the files of dir, slash paths below it, with the branch. The
// remote's copy of the branch, as far as it was fetched, is followed when ours
// lies behind it. force allows to replace a branch that holds something else.
func (r *Repository) Plan(ctx context.Context, dir string, files []string, branch, remote string, force bool) (*Plan, error) {
	if err := r.CanMove(ctx, branch); err != nil {
		return nil, err
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	p := &Plan{Branch: branch, dir: abs, entries: map[string]string{}}
	p.old = r.commit(ctx, "refs/heads/"+branch)
	p.Parent = p.old
	if theirs := r.commit(ctx, "refs/remotes/"+remote+"/"+branch); remote != "" && theirs != "" && (p.old == "" || r.follows(ctx, theirs, p.old)) {
		p.Parent = theirs
	}
	have, err := r.tree(ctx, p.Parent)
	if err != nil {
		return nil, err
	}
	if _, ours := have[mark]; len(have) > 0 && !ours && !force {
		return nil, fmt.Errorf("branch %s %w", branch, ErrForeign)
	}
	objects, err := r.hash(ctx, abs, files, false)
	if err != nil {
		return nil, err
	}
	for i, name := range files {
		p.entries[name] = objects[i]
	}
	for _, name := range kept {
		if object, ok := have[name]; ok && p.entries[name] == "" {
			p.entries[name] = object
		}
	}
	p.Changes = changes(have, p.entries)
	return p, nil
}

func changes(have, want map[string]string) []Change {
	var out []Change
	for name, object := range want {
		switch before, ok := have[name]; {
		case !ok:
			out = append(out, Change{"A", name})
		case before != object:
			out = append(out, Change{"M", name})
		}
	}
	for name := range have {
		if _, ok := want[name]; !ok {
			out = append(out, Change{"D", name})
		}
	}
	slices.SortFunc(out, func(a, b Change) int { return strings.Compare(a.Path, b.Path) })
	return out
}

// Commit does what the plan says and returns the new commit, or where the branch
// is when there is nothing to change.
func (r *Repository) Commit(ctx context.Context, p *Plan, message string) (string, error) {
	if len(p.Changes) == 0 && p.Parent != "" {
		return p.Parent, r.move(ctx, p, p.Parent)
	}
	if _, err := r.git(ctx, "var", "GIT_COMMITTER_IDENT"); err != nil {
		return "", ErrIdentity
	}
	var fresh []string
	for _, c := range p.Changes {
		if c.Status != "D" {
			fresh = append(fresh, c.Path)
		}
	}
	objects, err := r.hash(ctx, p.dir, fresh, true)
	if err != nil {
		return "", err
	}
	for i, name := range fresh {
		if p.entries[name] != objects[i] {
			return "", fmt.Errorf("%s changed while it was being published; render and publish again", name)
		}
	}
	tree, err := r.writeTree(ctx, p.entries)
	if err != nil {
		return "", err
	}
	args := []string{"commit-tree", tree, "-F", "-"}
	if p.Parent != "" {
		args = append(args, "-p", p.Parent)
	}
	commit, err := r.run(ctx, call{args: args, stdin: []byte(message)})
	if err != nil {
		return "", err
	}
	return commit, r.move(ctx, p, commit)
}

// move sets the branch, unless somebody else has moved it since the plan.
func (r *Repository) move(ctx context.Context, p *Plan, commit string) error {
	if commit == p.old {
		return nil
	}
	_, err := r.git(ctx, "update-ref", "-m", "benchsite publish", "refs/heads/"+p.Branch, commit, p.old)
	return err
}

// Fetch brings the remote's copy of the branch up to date. A remote without it is
// no error.
func (r *Repository) Fetch(ctx context.Context, remote, branch string) error {
	ref := "refs/heads/" + branch
	found, err := r.git(ctx, "ls-remote", "--heads", remote, ref)
	if err != nil || found == "" {
		return err
	}
	_, err = r.git(ctx, "fetch", "--quiet", "--no-tags", remote, "+"+ref+":refs/remotes/"+remote+"/"+branch)
	return err
}

// Push sends the branch. Without force the remote refuses to lose commits; with
// it only those that were fetched are replaced.
func (r *Repository) Push(ctx context.Context, remote, branch string, force bool) error {
	args := []string{"push", "--quiet", remote, "refs/heads/" + branch + ":refs/heads/" + branch}
	if force {
		lease := "--force-with-lease=refs/heads/" + branch + ":" + r.commit(ctx, "refs/remotes/"+remote+"/"+branch)
		args = slices.Insert(args, 1, lease)
	}
	_, err := r.git(ctx, args...)
	return err
}

// HasRemote says whether the repository knows the remote.
func (r *Repository) HasRemote(ctx context.Context, remote string) bool {
	_, err := r.git(ctx, "remote", "get-url", remote)
	return err == nil
}

func (r *Repository) commit(ctx context.Context, ref string) string {
	out, err := r.git(ctx, "rev-parse", "--verify", "--quiet", ref+"^{commit}")
	if err != nil {
		return ""
	}
	return out
}

// follows says whether the newer commit has the older one in its history.
func (r *Repository) follows(ctx context.Context, newer, older string) bool {
	_, err := r.git(ctx, "merge-base", "--is-ancestor", older, newer)
	return err == nil
}

func (r *Repository) notCheckedOut(ctx context.Context, branch string) error {
	out, err := r.git(ctx, "worktree", "list", "--porcelain")
	if err != nil {
		return err
	}
	bare, at := false, ""
	for line := range strings.SplitSeq(out, "\n") {
		switch {
		case strings.HasPrefix(line, "worktree "):
			bare, at = false, strings.TrimPrefix(line, "worktree ")
		case line == "bare":
			bare = true
		case line == "branch refs/heads/"+branch && !bare:
			return fmt.Errorf("branch %s %w in %s", branch, ErrCheckedOut, at)
		}
	}
	return nil
}

// tree lists the files of a commit with their objects.
func (r *Repository) tree(ctx context.Context, commit string) (map[string]string, error) {
	files := map[string]string{}
	if commit == "" {
		return files, nil
	}
	out, err := r.git(ctx, "ls-tree", "-r", "-z", "--full-tree", commit)
	if err != nil {
		return nil, err
	}
	for entry := range strings.SplitSeq(strings.TrimSuffix(out, "\x00"), "\x00") {
		head, name, ok := strings.Cut(entry, "\t")
		fields := strings.Fields(head)
		if ok && len(fields) == 3 {
			files[name] = fields[2]
		}
	}
	return files, nil
}

// hash returns the object of each file, byte for byte: no filter and no change of
// line ends, whatever git is set to do in a checkout.
func (r *Repository) hash(ctx context.Context, dir string, files []string, write bool) ([]string, error) {
	if len(files) == 0 {
		return nil, nil
	}
	args := []string{"hash-object", "--no-filters", "--stdin-paths"}
	if write {
		args = append(args, "-w")
	}
	var list strings.Builder
	for _, name := range files {
		if strings.ContainsAny(name, "\n\r") {
			return nil, fmt.Errorf("%q has a line end in its name", name)
		}
		list.WriteString(filepath.Join(dir, filepath.FromSlash(name)) + "\n")
	}
	out, err := r.run(ctx, call{args: args, stdin: []byte(list.String()), dir: dir})
	if err != nil {
		return nil, err
	}
	objects := strings.Split(out, "\n")
	if len(objects) != len(files) {
		return nil, fmt.Errorf("git hash-object: %d answers for %d files", len(objects), len(files))
	}
	return objects, nil
}

// writeTree makes the tree of the entries over an index of its own.
func (r *Repository) writeTree(ctx context.Context, entries map[string]string) (string, error) {
	dir, err := os.MkdirTemp("", "benchsite-publish-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	index := filepath.Join(dir, "index")
	var list strings.Builder
	for name, object := range entries {
		list.WriteString("100644 " + object + "\t" + name + "\x00")
	}
	if _, err := r.run(ctx, call{args: []string{"update-index", "-z", "--index-info"}, stdin: []byte(list.String()), index: index}); err != nil {
		return "", err
	}
	return r.run(ctx, call{args: []string{"write-tree"}, index: index})
}
