package render

import (
	"bytes"
	"compress/gzip"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"benchsite/collect/artifact"
	"benchsite/render/dataset"
)

// What lies beside an artifact is published only when it is what the artifact
// says: anything else is a problem of that run, and the rest is rendered.
func TestOnlyIntactAttachmentsArePublished(t *testing.T) {
	packed := func(s string) []byte {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		z.Write([]byte(s))
		z.Close()
		return b.Bytes()
	}
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, packed("not for the site"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		damage func(path string) error
		intact bool
	}{
		"as written": {func(string) error { return nil }, true},
		"missing":    {os.Remove, false},
		"changed":    {func(p string) error { return os.WriteFile(p, packed("another log"), 0o644) }, false},
		"no gzip":    {func(p string) error { return os.WriteFile(p, []byte("plain"), 0o644) }, false},
		"a folder": {func(p string) error {
			os.Remove(p)
			return os.Mkdir(p, 0o755)
		}, false},
		"a link": {func(p string) error {
			os.Remove(p)
			return os.Symlink(secret, p)
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			store := artifact.Open(t.TempDir())
			put, err := store.Put(artifact.Bundle{
				Artifact: &artifact.Artifact{
					Kind: artifact.KindLoad, Name: "c1-n1", Status: artifact.StatusComplete, StartedAt: "2026-01-02",
					Subject: artifact.Subject{Model: "m"}, Source: artifact.Source{Tool: "t", Mode: artifact.ModeImported}, Load: &artifact.Load{},
				},
				ServerLog: []byte("INFO ready\n"),
			})
			if err != nil {
				t.Fatal(err)
			}
			log := strings.TrimSuffix(put.Path, ".json") + ".server.log.gz"
			if err := c.damage(log); err != nil {
				t.Fatal(err)
			}
			out := filepath.Join(t.TempDir(), "site")
			res, err := Site(context.Background(), Options{Store: store, Config: dataset.DefaultConfig(), Out: out})
			if err != nil {
				t.Fatal(err)
			}
			published := filepath.Join(out, "data", "artifacts", put.ID+".server.log.gz")
			_, err = os.Lstat(published)
			if (err == nil) != c.intact || (len(res.Problems) == 0) != c.intact {
				t.Errorf("published: %v, problems: %v", err == nil, res.Problems)
			}
			page, err := os.ReadFile(filepath.Join(out, "en", "runs", put.ID, "index.html"))
			if err != nil || strings.Contains(string(page), ".server.log.gz\"") != c.intact {
				t.Errorf("the page links what is not there, or is missing: %v", err)
			}
			for _, p := range res.Problems {
				if p.File != put.ID+".json" || p.Field != "attachments[0].path" || p.Cause == "" {
					t.Errorf("problem %+v", p)
				}
			}
		})
	}
}
