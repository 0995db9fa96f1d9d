package page

// Table is a table, finished: rules and alignment are the template's.
type Table struct {
	ID    string // anchor; may be empty
	Label string // name of the scrolling region for screen readers
	Class string // class of style.css; may be empty
	Head  []Column
	Rows  []Row
	// HeadAt is the column whose cells name their row; the first by default.
	HeadAt int
	Foot   []Text // notes below the table, a paragraph each
	Hint   bool   // wide: a phone says below that it scrolls
}

// Column is the head of a column.
type Column struct {
	Text  Text
	Right bool // numbers
	// Sort, when set, says how the column may be sorted by the reader:
	// "text" or "number". Sorted marks the order in which the rows come:
	// "ascending" or "descending".
	Sort, Sorted string
}

// Row is a row of cells; the first is its head.
type Row struct {
	ID    string // anchor; may be empty
	Cells []Cell
}

// Cell is one cell.
type Cell struct {
	Text   Text
	Right  bool
	Span   int    // columns it holds; 0 is one
	Absent bool   // unknown or not run: muted
	Label  string // head of the column, written beside the cell where a phone stacks the row
	Class  string // class of style.css
	Swatch ChartSlot
	Raw    string // what sorting compares when it is not the text
	Sup    string // letter of a footnote
	Time   string // machine-readable date
	Tag    bool   // drawn as a tag
	Marks  []Mark // counts of notices
}

// Mark is a count of notices of one level.
type Mark struct {
	Level string // info, warn, invalid
	Word  string // the level in words
	N     string
}

// Col is a column of text, Num a column of numbers.
func Col(s string) Column { return Column{Text: T(s)} }

// Num is a column of numbers.
func Num(s string) Column { return Column{Text: T(s), Right: true} }

// CellText is a plain cell.
func CellText(s string) Cell { return Cell{Text: T(s)} }

// CellNum is a number. The dash of an unknown value is set muted.
func CellNum(s string) Cell { return Cell{Text: T(s), Right: true, Absent: s == "—" || s == "N/A"} }
