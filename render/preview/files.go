package preview

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"net/url"
	"os"
	"path"
	"strconv"
	"strings"
)

// Files serves the site in dir as a plain web host would: the index of a folder,
// no lists of files, 404.html with its status, text compressed for those who
// take it. Hidden files are not there, and nothing outside dir is reached, not
// even through a link in it.
func Files(dir string) http.Handler { return files{dir: dir} }

type files struct {
	dir string
	// alter changes a page on its way out; nil leaves it.
	alter func([]byte) []byte
	// empty answers while the folder has no such page and no 404.html either.
	empty http.Handler
}

// types are the media types of a site, fixed so that they do not depend on the
// tables of the machine.
var types = map[string]string{
	".html": "text/html; charset=utf-8",
	".md":   "text/markdown; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".json": "application/json",
	".svg":  "image/svg+xml",
	".png":  "image/png",
	".csv":  "text/csv; charset=utf-8",
	".txt":  "text/plain; charset=utf-8",
	".xml":  "application/xml; charset=utf-8",
	".gz":   "application/gzip",
}

func (f files) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "only GET and HEAD", http.StatusMethodNotAllowed)
		return
	}
	name, ok := nameOf(r.URL.Path)
	if !ok {
		f.missing(w, r)
		return
	}
	data, err := f.read(name)
	if errors.Is(err, errFolder) {
		to := url.URL{Path: path.Base(r.URL.Path) + "/", RawQuery: r.URL.RawQuery}
		http.Redirect(w, r, "./"+to.String(), http.StatusMovedPermanently)
		return
	}
	if err != nil {
		f.missing(w, r)
		return
	}
	f.send(w, r, http.StatusOK, name, data)
}

// nameOf turns the path of a request into the name of a file of the site. A
// path that is not clean or names something hidden is none.
func nameOf(p string) (string, bool) {
	name, ok := strings.CutPrefix(p, "/")
	if !ok || strings.ContainsAny(name, "\\\x00") {
		return "", false
	}
	if name == "" || strings.HasSuffix(name, "/") {
		name += "index.html"
	}
	for part := range strings.SplitSeq(name, "/") {
		if strings.HasPrefix(part, ".") {
			return "", false
		}
	}
	return name, fs.ValidPath(name)
}

// errFolder says that a name without its final slash is a folder.
var errFolder = errors.New("a folder")

func (f files) read(name string) ([]byte, error) {
	root, err := os.OpenRoot(f.dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	file, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		if _, err := root.Stat(name + "/index.html"); err != nil {
			return nil, fs.ErrNotExist
		}
		return nil, errFolder
	}
	if !info.Mode().IsRegular() {
		return nil, fs.ErrNotExist
	}
	return io.ReadAll(file)
}

func (f files) missing(w http.ResponseWriter, r *http.Request) {
	data, err := f.read("404.html")
	switch {
	case err == nil:
		f.send(w, r, http.StatusNotFound, "404.html", data)
	case f.empty != nil:
		f.empty.ServeHTTP(w, r)
	default:
		http.NotFound(w, r)
	}
}

func (f files) send(w http.ResponseWriter, r *http.Request, status int, name string, data []byte) {
	ending := path.Ext(name)
	kind := types[ending]
	if kind == "" {
		if kind = mime.TypeByExtension(ending); kind == "" {
			kind = "application/octet-stream"
		}
	}
	if ending == ".html" && f.alter != nil {
		data = f.alter(data)
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-cache")
	h.Set("Vary", "Accept-Encoding")
	if compressible(kind) && len(data) > 512 && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		data = compress(data)
	}
	h.Set("Content-Length", strconv.Itoa(len(data)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		w.Write(data)
	}
}

func compressible(kind string) bool {
	return strings.HasPrefix(kind, "text/") || strings.HasPrefix(kind, "application/json") ||
		strings.HasPrefix(kind, "application/xml") || kind == "image/svg+xml"
}

func compress(data []byte) []byte {
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	z.Write(data) // a buffer takes everything
	z.Close()
	return buf.Bytes()
}
