package export

import (
	"encoding/csv"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"

	"github.com/parquet-go/parquet-go"

	"benchsite/collect/artifact"
)

// sheet takes the rows of a table one after another.
type sheet[R any] interface {
	row(R) error
	close() error
}

func csvSheet[R any](w io.Writer, columns []column[R]) (sheet[R], error) {
	s := &csvTable[R]{w: csv.NewWriter(w), columns: columns, cells: make([]string, len(columns))}
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.name
	}
	return s, s.w.Write(names)
}

// csvTable writes RFC 4180 with a header. Unknown is empty; numbers keep all
// their digits.
type csvTable[R any] struct {
	w       *csv.Writer
	columns []column[R]
	cells   []string
}

func (s *csvTable[R]) row(r R) error {
	for i, c := range s.columns {
		s.cells[i] = cell(c.value(r))
	}
	return s.w.Write(s.cells)
}

func (s *csvTable[R]) close() error {
	s.w.Flush()
	return s.w.Error()
}

func cell(v any) string {
	switch v := v.(type) {
	case *string:
		return guarded(*v)
	case *int64:
		return strconv.FormatInt(*v, 10)
	case *float64:
		return strconv.FormatFloat(*v, 'g', -1, 64)
	case *bool:
		return strconv.FormatBool(*v)
	}
	return ""
}

// guarded keeps a spreadsheet from running a text as a formula: one that begins
// like a formula gets an apostrophe before it, which spreadsheets do not show.
// Numbers are written by us and need none.
func guarded(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r\n|%", rune(s[0])) {
		return "'" + s
	}
	return s
}

// parquetTable writes one column for each, all optional, in their order, packed
// with zstd.
type parquetTable[R any] struct {
	w       *parquet.Writer
	columns []column[R]
	form    reflect.Type
}

// rowGroup bounds how many rows are kept before they are written.
const rowGroup = 64 << 10

func parquetSheet[R any](w io.Writer, columns []column[R]) (sheet[R], error) {
	types := map[kind]reflect.Type{
		text: reflect.TypeFor[*string](), integer: reflect.TypeFor[*int64](), float: reflect.TypeFor[*float64](), boolean: reflect.TypeFor[*bool](),
	}
	fields := make([]reflect.StructField, len(columns))
	for i, c := range columns {
		fields[i] = reflect.StructField{
			Name: fmt.Sprintf("F%d", i), Type: types[c.kind], Tag: reflect.StructTag(`parquet:"` + c.name + `,optional"`),
		}
	}
	form := reflect.StructOf(fields)
	schema := parquet.SchemaOf(reflect.New(form).Interface())
	return &parquetTable[R]{
		w:       parquet.NewWriter(w, schema, parquet.Compression(&parquet.Zstd), parquet.MaxRowsPerRowGroup(rowGroup)),
		columns: columns, form: form,
	}, nil
}

func (s *parquetTable[R]) row(r R) error {
	v := reflect.New(s.form).Elem()
	for i, c := range s.columns {
		if x := c.value(r); x != nil {
			v.Field(i).Set(reflect.ValueOf(x))
		}
	}
	return s.w.Write(v.Interface())
}

func (s *parquetTable[R]) close() error { return s.w.Close() }

// table writes rows in the form asked for.
func table[R any](w io.Writer, f Format, columns []column[R], rows func(put func(R) error) error) error {
	open := csvSheet[R]
	if f == Parquet {
		open = parquetSheet[R]
	}
	s, err := open(w, columns)
	if err != nil {
		return err
	}
	if err := rows(s.row); err != nil {
		return err
	}
	return s.close()
}

// each is the rows of a slice.
func each[R any](all []R) func(func(R) error) error {
	return func(put func(R) error) error {
		for _, r := range all {
			if err := put(r); err != nil {
				return err
			}
		}
		return nil
	}
}

// requests hands on the records of each load test, one run in memory at a time.
func requests(s *artifact.Store, runs []*artifact.Artifact, without func(*artifact.Artifact, string)) func(func(requestRow) error) error {
	return func(put func(requestRow) error) error {
		for _, a := range runs {
			records, err := s.LoadRecords(a)
			if err != nil {
				return err
			}
			if len(records) == 0 {
				without(a, "has no record of its requests")
			}
			for i := range records {
				if err := put(requestRow{a, &records[i]}); err != nil {
					return err
				}
			}
		}
		return nil
	}
}

// items hands on the records of each evaluation.
func items(s *artifact.Store, runs []*artifact.Artifact, without func(*artifact.Artifact, string)) func(func(itemRow) error) error {
	return func(put func(itemRow) error) error {
		for _, a := range runs {
			records, err := s.EvalRecords(a)
			if err != nil {
				return err
			}
			if len(records) == 0 {
				without(a, "has no record of its items")
			}
			for i := range records {
				if err := put(itemRow{a, &records[i]}); err != nil {
					return err
				}
			}
		}
		return nil
	}
}
