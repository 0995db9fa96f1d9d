package imports

import (
	"errors"
)

// values hands on each JSON value of a file in turn: the lines of JSON lines,
// objects that were appended to a file, the items of a list. A last value that
// is cut off, as a run leaves it that was killed while writing, is reported as
// torn and left out, unless it is the only one. line is where the value begins,
// 1-based.
func (in Input) values(each func(line int, n *node) error, sinks ...sink) (torn bool, err error) {
	f, err := in.open(in.Name)
	if err != nil {
		return false, err
	}
	defer f.Close()
	p := &parser{lexer: newLexer(f), doc: &document{file: in.Name}, steps: steps(sinks)}
	count := 0
	next := func() error {
		p.doc = &document{file: in.Name, line: p.lines + 1}
		p.kept = 0
		n, err := p.value(nil, "", 0, p.steps, 0)
		if err != nil {
			return err
		}
		if err := each(p.doc.line, n); err != nil {
			return err
		}
		if p.doc.fault != nil {
			return p.doc.fault
		}
		count++
		return nil
	}
	if p.peek() == '[' {
		err = p.items(next)
	} else {
		err = p.sequence(next)
	}
	if errors.Is(err, errTorn) && count > 0 {
		return true, nil
	}
	if err != nil {
		if count == 0 {
			p.doc.line = 0 // one value, as far as is known
		}
		return false, p.refusal(err)
	}
	return false, nil
}

// sequence takes values until the end of the file.
func (p *parser) sequence(next func() error) error {
	for p.peek() != 0 || p.more() {
		if err := next(); err != nil {
			return err
		}
	}
	return p.failed()
}

// items takes the values of a list at the top of the file. Behind it nothing
// may follow.
func (p *parser) items(next func() error) error {
	p.pos++
	for first := true; ; first = false {
		if p.peek() == ']' {
			p.pos++
			break
		}
		if !first {
			if err := p.take(',', "after a value in a list"); err != nil {
				return err
			}
		}
		if err := next(); err != nil {
			return err
		}
	}
	if p.peek() != 0 || p.more() {
		p.doc.line = p.lines + 1
		return errors.New("more follows after the end of the list")
	}
	return p.failed()
}
