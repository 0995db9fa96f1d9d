package preview

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Every way in which files change under a preview is seen: in place, by the
// rename of an editor, in folders that come later, in roots that come later.
// What is not of the site is not.
func TestWatchSeesEveryWayOfChanging(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, filepath.FromSlash(name)) }
	put(t, in("config.toml"), "a")
	put(t, in("artifacts/2025-12-22/a.json"), "{}")
	put(t, in("artifacts/.state/journal/x.jsonl"), "")
	ctx, cancel := context.WithCancel(context.Background())
	seen, ended := make(chan bool, 100), make(chan error, 1)
	go func() {
		ended <- Watch(ctx, []string{in("artifacts"), in("config.toml"), in("later/templates")}, func() { seen <- true })
	}()
	<-seen // it watches
	change := func(what string, do func()) {
		t.Helper()
		do()
		select {
		case <-seen:
		case <-time.After(10 * time.Second):
			t.Errorf("not seen: %s", what)
		}
	drain:
		for {
			select {
			case <-seen:
			case <-time.After(2 * quiet):
				break drain
			}
		}
	}
	replace := func(name, text string) {
		put(t, in(name+".tmp"), text)
		if err := os.Rename(in(name+".tmp"), in(name)); err != nil {
			t.Fatal(err)
		}
	}
	change("a file that is written", func() { put(t, in("artifacts/2025-12-22/a.json"), `{"a":1}`) })
	change("the configuration in place", func() { put(t, in("config.toml"), "b") })
	change("the configuration replaced", func() { replace("config.toml", "c") })
	change("and replaced again", func() { replace("config.toml", "d") })
	change("moved away and written anew, as some editors do", func() {
		os.Rename(in("config.toml"), in("config.toml~"))
		put(t, in("config.toml"), "e")
	})
	change("a new folder with a file", func() { put(t, in("artifacts/2026-01-01/b.json"), "{}") })
	change("a change in that folder", func() { replace("artifacts/2026-01-01/b.json", `{"b":1}`) })
	change("a new folder in a new folder", func() { put(t, in("artifacts/reports/x/zh.md"), "x") })
	change("a change there", func() { put(t, in("artifacts/reports/x/zh.md"), "y") })
	change("a file that goes", func() { os.Remove(in("artifacts/2025-12-22/a.json")) })
	change("a root that comes later", func() { put(t, in("later/templates/html/base.gohtml"), "x") })
	change("a change in it", func() { put(t, in("later/templates/html/base.gohtml"), "y") })
	change("the artifacts moved away", func() { os.Rename(in("artifacts"), in("elsewhere")) })
	change("and back", func() { os.Rename(in("elsewhere"), in("artifacts")) })
	change("a change after that", func() { put(t, in("artifacts/2026-01-01/b.json"), `{"b":2}`) })

	put(t, in("artifacts/.state/journal/x.jsonl"), "more")
	put(t, in("unrelated.txt"), "x")
	put(t, in("site/index.html"), "x")
	select {
	case <-seen:
		t.Error("called for what is not of the site")
	case <-time.After(5 * quiet):
	}

	for range 50 {
		put(t, in("artifacts/2026-01-01/c.json"), "{}")
	}
	<-seen
	select {
	case <-seen:
		t.Log("a burst was told twice: the machine is slow")
	case <-time.After(5 * quiet):
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
