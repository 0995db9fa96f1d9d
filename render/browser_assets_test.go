package render_test

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestThirdPartyScripts holds the scripts of others to the hash in the README beside them, and their licences to their place.
func TestThirdPartyScripts(t *testing.T) {
	for _, c := range []struct {
		dir, script string
		licences    []string
	}{
		{filepath.Join(assets, "echarts"), "echarts.min.js", []string{"LICENSE", "NOTICE", "LICENSE-d3", "LICENSE-zrender", "LICENSE-tslib"}},
		{"testdata/axe", "axe.min.js", []string{"LICENSE", "LICENSE-3RD-PARTY.txt"}},
	} {
		t.Run(c.script, func(t *testing.T) {
			readme := read(t, filepath.Join(c.dir, "README.md"))
			sum := sha256.Sum256([]byte(read(t, filepath.Join(c.dir, c.script))))
			if hash := hex.EncodeToString(sum[:]); !strings.Contains(readme, "`"+hash+"`") {
				t.Errorf("%s has sha256 %s, README.md beside it names another", c.script, hash)
			}
			for _, name := range c.licences {
				if read(t, filepath.Join(c.dir, name)) == "" {
					t.Errorf("%s is empty", name)
				}
				if !strings.Contains(readme, "`"+name+"`") {
					t.Errorf("README.md does not name %s", name)
				}
			}
		})
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
