package cache

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"unsafe"
)

// Sum is a SHA-256.
type Sum = [sha256.Size]byte

// A file begins with magic and the sum of the build, and ends with a sum of all
// before it.
const magic = "benchsite cache 1\n"

var errForeign = errors.New("the cache is damaged or of another build")

// Load reads the body of a cache file of this build, and the moment at which it
// was written by the clock of its file system.
func Load(name string, build Sum) (body string, saved int64, err error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return "", 0, err
	}
	seen, err := Look(name)
	if err != nil {
		return "", 0, err
	}
	rest, ok := bytes.CutPrefix(data, []byte(magic))
	if !ok || len(rest) < 2*len(build) || Sum(rest[:len(build)]) != build {
		return "", 0, errForeign
	}
	end := len(data) - len(build)
	if sha256.Sum256(data[:end]) != Sum(data[end:]) {
		return "", 0, errForeign
	}
	rest = rest[len(build) : len(rest)-len(build)]
	// The bytes are never written again: what is cut out of them needs no copy.
	return unsafe.String(unsafe.SliceData(rest), len(rest)), seen.Mtime, nil
}

// Begin is the head of a file of this build, to which the body is appended.
func Begin(build Sum) []byte { return append([]byte(magic), build[:]...) }

// Save ends a file that [Begin] began and puts it in place of the old one, in a
// folder that is made when missing.
func Save(name string, data []byte) error {
	end := sha256.Sum256(data)
	data = append(data, end[:]...)
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return err
	}
	tmp := name + ".tmp"
	err := os.WriteFile(tmp, data, 0o666)
	if err == nil {
		err = os.Rename(tmp, name)
	}
	if err != nil {
		os.Remove(tmp)
	}
	return err
}
