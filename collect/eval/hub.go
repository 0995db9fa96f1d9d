package eval

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"benchsite/collect/artifact"

	"github.com/google/renameio/v2"
)

// Source says where the questions of suites come from that are not built in.
type Source struct {
	Folder  string        // with the published files; "" = the Hub
	Cache   string        // folder in which what was fetched is kept; "" = nothing is kept
	Hub     string        // address of the Hub; "" = https://huggingface.co
	Token   string        // for gated datasets
	Timeout time.Duration // for one file; 0 = 10 min
	Windows Windows       // how sets of texts are cut
}

// maxFile bounds one file of a dataset, in bytes.
const maxFile = 1 << 30

var revisionForm = regexp.MustCompile(`^[0-9a-f]{7,64}$`)

// fetch returns the published files and, where the Hub says it, their revision.
func (s standard) fetch(ctx context.Context, from Source) (files [][]byte, revision string, err error) {
	if from.Folder != "" {
		for _, name := range s.files {
			data, err := readLocal(from.Folder, name)
			if err != nil {
				return nil, "", s.notRun(WhyMissing, fmt.Sprintf("%v; it is %s of the dataset %s", err, name, s.dataset))
			}
			files = append(files, data)
		}
		return files, "", nil
	}
	h := hub{base: strings.TrimRight(cmp.Or(from.Hub, "https://huggingface.co"), "/"), token: from.Token,
		client: &http.Client{Timeout: cmp.Or(from.Timeout, 10*time.Minute)}}
	cache := filepath.Join(from.Cache, artifact.Slug(s.dataset))
	revision, err = h.revision(ctx, s.dataset)
	if err != nil {
		old, readErr := os.ReadFile(filepath.Join(cache, "latest"))
		if from.Cache == "" || readErr != nil || !revisionForm.MatchString(string(old)) {
			return nil, "", s.notRun(whyOf(err), err.Error())
		}
		revision = string(old) // offline: what was fetched last
	}
	for _, name := range s.files {
		file := filepath.Join(cache, revision, filepath.FromSlash(name))
		data, ok := readCached(file)
		if !ok || from.Cache == "" {
			if data, err = h.file(ctx, s.dataset, revision, name); err != nil {
				return nil, "", s.notRun(whyOf(err), err.Error())
			}
			if _, err := readRows(name, data); err != nil {
				return nil, "", s.notRun(WhyBroken, fmt.Sprintf("%s of %s came in broken: %v; try again later, or name a folder with --data", name, s.dataset, err))
			}
			if from.Cache != "" {
				if err := writeCached(file, data); err != nil {
					return nil, "", err
				}
			}
		}
		files = append(files, data)
	}
	if from.Cache != "" {
		if err := renameio.WriteFile(filepath.Join(cache, "latest"), []byte(revision), 0o644); err != nil {
			return nil, "", fmt.Errorf("cache: %w", err)
		}
	}
	return files, revision, nil
}

// readLocal finds a file by its place in the dataset, or by its name alone.
func readLocal(folder, name string) ([]byte, error) {
	data, err := os.ReadFile(filepath.Join(folder, filepath.FromSlash(name)))
	if errors.Is(err, fs.ErrNotExist) {
		data, err = os.ReadFile(filepath.Join(folder, filepath.Base(name)))
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("the folder %s holds no %s", folder, filepath.Base(name))
	}
	return data, err
}

// readCached returns a file of the cache if it is what was written.
func readCached(file string) ([]byte, bool) {
	data, err := os.ReadFile(file)
	sum, sumErr := os.ReadFile(file + ".sha256")
	return data, err == nil && sumErr == nil && string(sum) == artifact.SHA256(data)
}

func writeCached(file string, data []byte) error {
	err := os.MkdirAll(filepath.Dir(file), 0o755)
	if err == nil {
		err = renameio.WriteFile(file, data, 0o644)
	}
	if err == nil {
		err = renameio.WriteFile(file+".sha256", []byte(artifact.SHA256(data)), 0o644)
	}
	if err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	return nil
}

// hub asks the Hub's HTTP interface.
type hub struct {
	base   string
	token  string
	client *http.Client
}

// revision is the commit that the dataset's files are taken from.
func (h hub) revision(ctx context.Context, dataset string) (string, error) {
	data, err := h.get(ctx, dataset, "the description", "/api/datasets/"+dataset)
	if err != nil {
		return "", err
	}
	var about struct {
		SHA string `json:"sha"`
	}
	if json.Unmarshal(data, &about) != nil || !revisionForm.MatchString(about.SHA) {
		return "", refused(WhyOffline, "%s did not say the revision of %s: check HF_ENDPOINT, or name a folder with --data", h.base, dataset)
	}
	return about.SHA, nil
}

func (h hub) file(ctx context.Context, dataset, revision, name string) ([]byte, error) {
	return h.get(ctx, dataset, name, "/datasets/"+dataset+"/resolve/"+revision+"/"+name)
}

// refusal is a failure of the Hub with its kind.
type refusal struct {
	why  Why
	text string
}

func (r *refusal) Error() string { return r.text }

func refused(why Why, format string, args ...any) error {
	return &refusal{why, fmt.Sprintf(format, args...)}
}

func whyOf(err error) Why {
	var r *refusal
	if errors.As(err, &r) {
		return r.why
	}
	return WhyOffline
}

// open words every failure with what to do.
func (h hub) open(ctx context.Context, dataset, what, path string) (io.ReadCloser, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, h.base+path, nil)
	if err != nil {
		return nil, fmt.Errorf("the address of the Hub, %q, is not one: check HF_ENDPOINT", h.base)
	}
	if h.token != "" {
		req.Header.Set("Authorization", "Bearer "+h.token)
	}
	resp, err := h.client.Do(req)
	if err != nil {
		return nil, refused(WhyOffline, "%s cannot be reached for %s: set HF_ENDPOINT, or fetch the files elsewhere and name their folder with --data", h.base, dataset)
	}
	if resp.StatusCode == 200 {
		return resp.Body, nil
	}
	_ = resp.Body.Close()
	switch {
	case resp.StatusCode == 401 || resp.StatusCode == 403:
		return nil, refused(WhyGated, "the dataset %s is gated (%d): accept its terms on its page and set HF_TOKEN, or name a folder with --data", dataset, resp.StatusCode)
	case resp.StatusCode == 404:
		return nil, refused(WhyMissing, "%s of the dataset %s is not there (404): it may have moved; name a folder with --data", what, dataset)
	}
	return nil, refused(WhyOffline, "%s answered %d for %s: try again later, or name a folder with --data", h.base, resp.StatusCode, dataset)
}

// get reads an answer whole.
func (h hub) get(ctx context.Context, dataset, what, path string) ([]byte, error) {
	body, err := h.open(ctx, dataset, what, path)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	data, err := io.ReadAll(io.LimitReader(body, maxFile+1))
	if err != nil || len(data) > maxFile {
		return nil, refused(WhyBroken, "%s of %s did not come in whole after %d bytes: try again later, or name a folder with --data", what, dataset, len(data))
	}
	return data, nil
}
