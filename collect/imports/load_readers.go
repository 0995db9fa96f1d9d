package imports

// loadReaders lists the readers of load tests in the order in which they are
// asked.
func loadReaders() []Reader {
	return []Reader{benchOpenAI}
}

// loadAsides are files that lie beside results of load tests.
var loadAsides = []aside{}
