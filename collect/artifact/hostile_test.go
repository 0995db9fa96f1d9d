package artifact

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestBytesThatAreNotUTF8AreAFault(t *testing.T) {
	s := Open(t.TempDir())
	r := put(t, s, Bundle{Artifact: sample()})
	_, raw, err := s.Read(r.ID)
	if err != nil {
		t.Fatal(err)
	}
	broken := strings.Replace(string(raw), "RedHatAI/", "Red\xff\xfe/", 1)
	_, err = Decode("a.json", []byte(broken))
	var f *Fault
	if !errors.As(err, &f) || f.Line != 1+strings.Count(broken[:strings.Index(broken, "\xff")], "\n") || !strings.Contains(f.Message, "UTF-8") {
		t.Errorf("%v", err)
	}
}

// What stands in the place of a file is a fault of that file, named by its place
// in the store: the path of the store is nobody's business on a page.
func TestWhatIsNoFileIsAFault(t *testing.T) {
	dir := t.TempDir()
	s := Open(dir)
	day := filepath.Join(dir, "2025-12-22")
	for _, name := range []string{"folder.0123abcd.json", "loop.0123abcd.json"} {
		if strings.HasPrefix(name, "folder") {
			if err := os.MkdirAll(filepath.Join(day, name), 0o755); err != nil {
				t.Fatal(err)
			}
		} else if err := os.Symlink(name, filepath.Join(day, name)); err != nil {
			t.Skipf("SKIP: no symbolic links here: %v", err)
		}
	}
	ids, err := s.List()
	if err != nil || len(ids) != 2 {
		t.Fatalf("%v, %v: want both", ids, err)
	}
	for _, id := range ids {
		_, _, err := s.Read(id)
		var f *Fault
		if !errors.As(err, &f) || f.File != id+".json" || strings.Contains(err.Error(), dir) {
			t.Errorf("%s: %v", id, err)
		}
	}

	log := []byte("ready\n")
	for name, place := range map[string]func(file string) error{
		"folder": func(file string) error { return os.Mkdir(file, 0o755) },
		"link":   func(file string) error { return os.Symlink(filepath.Join(dir, "elsewhere.gz"), file) },
	} {
		a := sample()
		a.Name = name
		r := put(t, s, Bundle{Artifact: a, ServerLog: log})
		stored, _, err := s.Read(r.ID)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(day, stored.Attachments[0].Path)
		if name == "link" { // the very bytes, but from elsewhere
			if err := os.Rename(file, filepath.Join(dir, "elsewhere.gz")); err != nil {
				t.Fatal(err)
			}
		} else if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
		if err := place(file); err != nil {
			t.Fatal(err)
		}
		_, err = s.Attachment(stored, AttachServerLog)
		var f *Fault
		if !errors.As(err, &f) || f.File != "2025-12-22/"+stored.Attachments[0].Path || strings.Contains(err.Error(), dir) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A server may repeat the key that it was sent, whatever its form; a request
// may carry one that somebody wrote into it.
func TestSecretsThatHaveNoFormOfTheirOwn(t *testing.T) {
	s := Open(t.TempDir(), HideValues("plainvalue99", "EMPTY", ""))
	a := sample()
	a.StatusReason = Ptr("you sent plainvalue99, which is EMPTY")
	a.Source.Extra = map[string]any{"error_examples": map[string]any{"no-token": "the stream ended, key plainvalue99"}}
	a.Protocol.Parameters["extra.api_key"] = "supersecret123"
	a.Protocol.Parameters["extra.user"] = "/home/bob"
	a.Protocol.Parameters["extra.nested"] = map[string]any{"token": "abcdefgh1", "top_k": 4}
	a.Load.FinishReasons = map[string]int64{"stop": 2, "plainvalue99": 1}
	r := put(t, s, Bundle{Artifact: a, Load: []LoadRecord{{RequestID: "1", Message: Ptr("bad key plainvalue99"), FinishReason: Ptr("plainvalue99")}}})
	stored, raw, err := s.Read(r.ID)
	if err != nil {
		t.Fatal(err)
	}
	recs, err := s.LoadRecords(stored)
	if err != nil || *recs[0].Message != "bad key <secret>" || *recs[0].FinishReason != "<secret>" {
		t.Errorf("%v, %v", recs, err)
	}
	for _, leak := range []string{"plainvalue99", "supersecret123", "/home/bob", "abcdefgh1"} {
		if strings.Contains(string(raw), leak) {
			t.Errorf("%s is in the artifact", leak)
		}
	}
	if got := *stored.StatusReason; got != "you sent <secret>, which is EMPTY" {
		t.Errorf("%q", got)
	}
	said := stored.Source.Extra["error_examples"].(map[string]any)["no-token"]
	if said != "the stream ended, key <secret>" {
		t.Errorf("the class no-token hides its own message: %q", said)
	}
	if leaks, err := s.Leaks(stored); err != nil || len(leaks) > 0 {
		t.Errorf("%v, %v", leaks, err)
	}
}

// What was hidden is no find on the page that shows it.
func TestHiddenTokensAreNoFindsOnPages(t *testing.T) {
	s := Open(t.TempDir())
	for _, page := range []string{"--hf-token &#39;&lt;secret&gt;&#39;</code></pre></div>", "--hf-token &lt;hugging-face-token&gt; \\", "--hf-token <hugging-face-token>", "api_key: &lt;api-key&gt;"} {
		if found := s.SecretsIn(page); len(found) > 0 {
			t.Errorf("%q: %v", page, found)
		}
	}
	if found := s.SecretsIn("--hf-token &#39;realsecret&#39;</code>"); len(found) != 1 {
		t.Errorf("%v", found)
	}
}

func TestAttachmentThatClaimsToBeHugeIsNotUnpacked(t *testing.T) {
	s := Open(t.TempDir())
	r := put(t, s, Bundle{Artifact: sample(), ServerLog: []byte("ready\n")})
	a, _, err := s.Read(r.ID)
	if err != nil {
		t.Fatal(err)
	}
	a.Attachments[0].Bytes = 1 << 62
	if _, err := s.Attachment(a, AttachServerLog); err == nil || !strings.Contains(err.Error(), "at most") {
		t.Errorf("%v", err)
	}
}
