package eval

import (
	"bufio"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"benchsite/collect/artifact"

	"github.com/google/renameio/v2"
)

// library is a dataset whose files are too large to be held in memory: they stay
// on disk and are read row by row.
type library struct {
	suite    string
	dataset  string   // on the Hub
	files    []string // there, and by their last name in a folder
	optional bool     // of a folder, some of the files are enough
}

// paths finds the files in the folder, or fetches those that the cache lacks.
// Whatever is wrong is a *NotRun.
func (l library) paths(ctx context.Context, from Source) (paths []string, revision string, err error) {
	if from.Folder != "" {
		paths, err = l.local(from.Folder)
		return paths, "", err
	}
	if from.Cache == "" {
		return nil, "", &NotRun{l.suite, WhyOffline, "its files are too large to be fetched without a cache: name a folder with --data", l.dataset}
	}
	h := hub{base: strings.TrimRight(cmp.Or(from.Hub, "https://huggingface.co"), "/"), token: from.Token,
		client: &http.Client{Timeout: cmp.Or(from.Timeout, 2*time.Hour)}}
	cache := filepath.Join(from.Cache, artifact.Slug(l.dataset))
	if revision, err = h.revision(ctx, l.dataset); err != nil {
		old, readErr := os.ReadFile(filepath.Join(cache, "latest"))
		if readErr != nil || !revisionForm.MatchString(string(old)) {
			return nil, "", &NotRun{l.suite, whyOf(err), err.Error(), l.dataset}
		}
		revision = string(old)
	}
	for _, name := range l.files {
		file := filepath.Join(cache, revision, filepath.FromSlash(name))
		if _, err := os.Stat(file); err != nil {
			if err := h.save(ctx, l.dataset, revision, name, file); err != nil {
				return nil, "", &NotRun{l.suite, whyOf(err), err.Error(), l.dataset}
			}
		}
		paths = append(paths, file)
	}
	if err := renameio.WriteFile(filepath.Join(cache, "latest"), []byte(revision), 0o644); err != nil {
		return nil, "", fmt.Errorf("cache: %w", err)
	}
	return paths, revision, nil
}

// local finds the files in a folder by their last names.
func (l library) local(folder string) (paths []string, err error) {
	missing := ""
	for _, name := range l.files {
		path := filepath.Join(folder, filepath.FromSlash(name))
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			path = filepath.Join(folder, filepath.Base(name))
		}
		if _, err := os.Stat(path); err != nil {
			missing = filepath.Base(name)
			continue
		}
		paths = append(paths, path)
	}
	if missing != "" && (!l.optional || len(paths) == 0) {
		return nil, &NotRun{l.suite, WhyMissing, fmt.Sprintf("the folder %s holds no %s; it is of the dataset %s", folder, missing, l.dataset), l.dataset}
	}
	return paths, nil
}

// save fetches a file of any size. It gets its name when it is whole.
func (h hub) save(ctx context.Context, dataset, revision, name, file string) error {
	body, err := h.open(ctx, dataset, name, "/datasets/"+dataset+"/resolve/"+revision+"/"+name)
	if err != nil {
		return err
	}
	defer body.Close()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	to, err := renameio.NewPendingFile(file)
	if err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	defer func() { _ = to.Cleanup() }()
	if n, err := io.Copy(to, body); err != nil {
		return refused(WhyBroken, "%s of %s did not come in whole after %d bytes: try again later, or name a folder with --data", name, dataset, n)
	}
	return to.CloseAtomicallyReplace()
}

// maxRow bounds one line of a file, in bytes.
const maxRow = 512 << 20

// eachRow hands out the rows of a JSONL or Parquet file one by one, and adds its
// bytes to the digest. Values that are no texts stand as JSON.
func eachRow(path string, digest hash.Hash, each func(row) error) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if filepath.Ext(path) == ".parquet" {
		info, err := f.Stat()
		if err == nil {
			_, err = io.Copy(digest, f)
		}
		if err != nil {
			return err
		}
		return eachParquetRow(f, info.Size(), each)
	}
	lines := bufio.NewReaderSize(io.TeeReader(f, digest), 1<<20)
	for n := 1; ; n++ {
		line, err := readLine(lines)
		if len(line) > 0 && strings.TrimSpace(string(line[:min(len(line), 64)])) != "" {
			r, err := wideRow(line)
			if err == nil {
				err = each(r)
			}
			if err != nil {
				return fmt.Errorf("line %d: %w", n, err)
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
}

func readLine(r *bufio.Reader) ([]byte, error) {
	var out []byte
	for {
		part, err := r.ReadSlice('\n')
		if out = append(out, part...); len(out) > maxRow {
			return nil, fmt.Errorf("longer than %d bytes", maxRow)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return out, err
		}
	}
}

// wideRow reads an object: texts as they are, all else as JSON.
func wideRow(line []byte) (row, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(line, &fields); err != nil {
		return nil, err
	}
	r := row{}
	for k, raw := range fields {
		var s string
		if string(raw) == "null" {
			continue
		}
		if json.Unmarshal(raw, &s) != nil {
			s = string(raw)
		}
		r[k] = s
	}
	return r, nil
}

// names lists the files of a folder that end in one of the endings, in order.
func names(folder string, endings ...string) (out []string) {
	_ = filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && slices.Contains(endings, filepath.Ext(path)) {
			out = append(out, path)
		}
		return nil
	})
	slices.Sort(out)
	return out
}

func newDigest() hash.Hash { return sha256.New() }
