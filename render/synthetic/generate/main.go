// Generate writes synthetic artifacts into a folder, to try how a site of many
// runs is rendered and how it reads:
//
//	go run ./render/synthetic/generate -n 10000 DIR
//	benchsite render --artifacts DIR --out SITE
package main

import (
	"flag"
	"fmt"
	"os"

	"benchsite/render/synthetic"
)

func main() {
	var o synthetic.Options
	flag.IntVar(&o.N, "n", 1000, "how many runs")
	flag.IntVar(&o.From, "from", 0, "number of the first run; with -n 1 it adds one to a folder")
	flag.BoolVar(&o.Records, "records", false, "with the records of every request and item")
	flag.Usage = func() {
		fmt.Fprintln(os.Stderr, "usage: go run ./render/synthetic/generate [-n N] [-from N] [-records] DIR")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() != 1 || o.N < 0 || o.From < 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := synthetic.Write(flag.Arg(0), o); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
