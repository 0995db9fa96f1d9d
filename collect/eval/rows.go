package eval

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/parquet-go/parquet-go"
)

// readRows reads a published file by the ending of its name.
func readRows(name string, data []byte) ([]row, error) {
	switch path.Ext(name) {
	case ".jsonl":
		return readJSONRows(data)
	case ".csv":
		return readCSVRows(data)
	case ".parquet":
		return readParquetRows(data)
	}
	return nil, fmt.Errorf("the form %s is not known", path.Ext(name))
}

func readJSONRows(data []byte) ([]row, error) {
	var out []row
	n := 0
	for line := range bytes.Lines(data) {
		n++
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		var fields map[string]any
		dec := json.NewDecoder(bytes.NewReader(line))
		dec.UseNumber()
		if err := dec.Decode(&fields); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		r := row{}
		for k, v := range fields {
			switch v := v.(type) {
			case string:
				r[k] = v
			case json.Number:
				r[k] = v.String()
			case []any:
				var list []string
				for _, x := range v {
					list = append(list, fmt.Sprint(x))
				}
				r[k] = list
			}
		}
		out = append(out, r)
	}
	return out, nil
}

func readCSVRows(data []byte) ([]row, error) {
	all, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff")))).ReadAll()
	if err != nil || len(all) == 0 {
		return nil, err
	}
	var out []row
	for _, fields := range all[1:] {
		r := row{}
		for i, name := range all[0] {
			r[name] = fields[i] // the reader holds all rows to one length
		}
		out = append(out, r)
	}
	return out, nil
}

// readParquetRows reads top-level columns as texts and lists as lists of them.
// The library panics on some broken files; that is an error here.
func readParquetRows(data []byte) (out []row, err error) {
	err = eachParquetRow(bytes.NewReader(data), int64(len(data)), func(r row) error {
		out = append(out, r)
		return nil
	})
	if err != nil {
		out = nil
	}
	return out, err
}

// eachParquetRow hands out the rows of a file one by one.
func eachParquetRow(data io.ReaderAt, size int64, each func(row) error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the Parquet file is broken: %v", r)
		}
	}()
	f, err := parquet.OpenFile(data, size)
	if err != nil {
		return err
	}
	columns := f.Schema().Columns()
	buffer := make([]parquet.Row, 16)
	for _, group := range f.RowGroups() {
		rows := group.Rows()
		for {
			n, err := rows.ReadRows(buffer)
			for _, values := range buffer[:n] {
				if err := each(parquetRow(columns, values)); err != nil {
					return errors.Join(err, rows.Close())
				}
			}
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return errors.Join(err, rows.Close())
			}
		}
		if err := rows.Close(); err != nil {
			return err
		}
	}
	return nil
}

func parquetRow(columns [][]string, values parquet.Row) row {
	r := row{}
	for _, v := range values {
		at := columns[v.Column()]
		if v.IsNull() {
			continue
		}
		if v.Kind() == parquet.ByteArray && len(v.ByteArray()) > pictureSize && isPicture(at, v.ByteArray()) {
			r[at[0]] = "picture"
			continue
		}
		text := strings.Clone(v.String())
		if len(at) == 1 {
			r[at[0]] = text
			continue
		}
		list, _ := r[at[0]].([]string)
		r[at[0]] = append(list, text)
	}
	return r
}

// pictureSize is from where on a value is worth a look: the pictures of one
// benchmark take more memory than all the texts of the others.
const pictureSize = 512

// isPicture reports whether a value is an embedded picture, of which it matters
// only that it is there.
func isPicture(column []string, value []byte) bool {
	return column[len(column)-1] == "bytes" || bytes.HasPrefix(value, []byte("data:image/"))
}
