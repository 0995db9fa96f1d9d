package imports

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
)

// startsWith reports whether the file begins with these bytes.
func (in Input) startsWith(magic []byte) (bool, error) {
	f, err := in.FS.Open(in.Name)
	if err != nil {
		return false, err
	}
	defer f.Close()
	got := make([]byte, len(magic))
	n, err := io.ReadFull(f, got)
	if err != nil && err != io.ErrUnexpectedEOF && err != io.EOF {
		return false, err
	}
	return bytes.Equal(got[:n], magic), nil
}

// readerAt gives access to any place of a file. A file system whose files cannot
// do that is read into memory, up to maxDocument.
func readerAt(f fs.File) (io.ReaderAt, int64, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, 0, err
	}
	if at, ok := f.(io.ReaderAt); ok {
		return at, info.Size(), nil
	}
	data, err := io.ReadAll(io.LimitReader(f, maxDocument+1))
	if err != nil {
		return nil, 0, err
	}
	if len(data) > maxDocument {
		return nil, 0, &Refusal{File: info.Name(), Message: fmt.Sprintf("is larger than %d MiB", maxDocument>>20)}
	}
	return bytes.NewReader(data), int64(len(data)), nil
}
