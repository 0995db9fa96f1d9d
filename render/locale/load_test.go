package locale

import (
	"testing"

	"benchsite/templates"
)

func load(t *testing.T) *Catalogue {
	t.Helper()
	c, err := Load(templates.FS)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestLoad(t *testing.T) { load(t) }
