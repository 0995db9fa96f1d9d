package page

// Section is a part of a page: a heading, what stands under it in the column,
// and notes level with it at the side. Figures that explain themselves come in
// sections without heading.
type Section struct {
	ID     string // anchor; the same in every language
	Title  string // may be empty
	Blocks []Block
	Side   []Side
	Box    *Protocol // a protocol that holds from here on
}

// Block is one thing in the column. Exactly one field is set.
type Block struct {
	Text    Text // a paragraph
	Small   Text // a note in small type
	Head    *Heading
	Prose   *Prose
	Notices []Notice
	Figure  *Figure
	Table   *Table
	Env     []Pair
	Defs    []Pair
	Code    *CodeBlock
	Files   []File
}

// Heading is a heading inside a section.
type Heading struct {
	ID   string // may be empty
	Text string
}

// Prose is Markdown written by a person, raw HTML shown as text.
type Prose struct{ Markdown string }

// Side is a note at the side: a lead of two to five words and a sentence or
// more.
type Side struct {
	Lead string
	Text Text
}

// Notice is a notice, finished.
type Notice struct {
	ID    string // anchor
	Code  string // its name in the catalogue
	Level string // info, warn, invalid
	Word  string // the level in words
	Title string // a sentence
	Text  Text   // what it means, what to do
	Entry Href   // its entry on the method page; may be empty
}

// Protocol is the box that says under which protocol the figures stand.
type Protocol struct {
	Title string
	ID    string
	Pairs []Pair
	Note  Text // what compares with it, and a link to the runs that share it
}

// Pair is a term and its value.
type Pair struct {
	Term  string
	Value Text
}

// Tile is a headline figure of a run. A missing value is a dash, and Note says
// why it is missing.
type Tile struct {
	Label string
	Value string
	Unit  string
	Note  string
}

// CodeBlock is a block of code with a line that says what it does.
type CodeBlock struct {
	Lead   string
	Text   string
	Folded bool // the text is shown on demand; needs a Lead
}

// File is a file that a reader may open: name, what it is, its checksum.
type File struct {
	Name   string
	Href   Href // may be empty: named only
	Text   Text
	SHA256 string
}

// Figure is a chart in its frame.
type Figure struct {
	Number string // "Figure 1"
	Chart  Chart
	Note   Text
	Table  *Table
	SVG    Href // the wide drawing as a file
	CSV    Href

	// Drawing keeps what render/chart has drawn of the chart, so that it is drawn
	// once for all the places that show it.
	Drawing any
}

// Link is a link with its words.
type Link struct {
	Text string
	Href Href
}
