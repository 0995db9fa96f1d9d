package imports

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
)

// maxInMemory bounds a file that has to be in memory as a whole.
const maxInMemory = 128 << 20

// readerAt gives access to any place of a file. A file system whose files cannot
// do that is read into memory, up to maxInMemory.
func readerAt(f fs.File) (io.ReaderAt, int64, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, 0, err
	}
	if at, ok := f.(io.ReaderAt); ok {
		return at, info.Size(), nil
	}
	data, err := io.ReadAll(io.LimitReader(f, maxInMemory+1))
	if err != nil {
		return nil, 0, err
	}
	if len(data) > maxInMemory {
		return nil, 0, &Refusal{File: info.Name(), Message: fmt.Sprintf("is larger than %d MiB", maxInMemory>>20)}
	}
	return bytes.NewReader(data), int64(len(data)), nil
}
