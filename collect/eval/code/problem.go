package code

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"benchsite/collect/artifact"
)

// Form is how the tests of a problem look at a program.
type Form string

// The forms of tests.
const (
	Stdin  Form = "stdin"  // Input goes to standard input, Output is compared with standard output
	Call   Form = "call"   // Input are the arguments of a function, Output its value, both JSON
	Assert Form = "assert" // Source are Python statements that call the program's functions
)

// Test is one test of a problem.
type Test struct {
	Input  string `json:"input,omitempty"`  // Stdin: a text; Call: a JSON value a line
	Output string `json:"output,omitempty"` // Stdin: a text; Call: a JSON value
	Source string `json:"source,omitempty"` // Assert
}

// Problem is what a program has to do.
type Problem struct {
	Form     Form    `json:"form"`
	Entry    string  `json:"entry,omitempty"`    // the function or class asked for; "" where the tests know it themselves
	Preamble string  `json:"preamble,omitempty"` // code before the program: imports, the prompt of a completion, earlier steps
	Imports  bool    `json:"imports,omitempty"`  // the usual modules are imported before the program
	Setup    string  `json:"setup,omitempty"`    // Python before the tests, on their side
	Tests    []Test  `json:"tests,omitempty"`
	Packed   *Packed `json:"packed,omitempty"`  // tests that are kept aside because they are large
	Step     string  `json:"step,omitempty"`    // SciCode: the group of the targets in test_data.h5
	Seconds  float64 `json:"seconds,omitempty"` // wall limit: of one test for Stdin and Call, of all for Assert; 0 = 10
	Memory   int64   `json:"memory,omitempty"`  // bytes; 0 = 1 GiB
	Needs    string  `json:"needs,omitempty"`   // why no program can pass here, such as a library that is too new

	TargetsFile string `json:"-"` // SciCode: test_data.h5 on this machine
	Platform    string `json:"-"`
}

// Packed names a file with the tests of a problem: JSON, packed as published.
type Packed struct {
	SHA256 string `json:"sha256"` // of the packed text
	Path   string `json:"-"`
}

// Text is the problem as it is kept with a record, so that a verdict can be given
// again; where tests are kept aside it holds their digest.
func (p *Problem) Text() string {
	b, err := json.Marshal(p)
	if err != nil {
		panic("BUG: a problem is always JSON: " + err.Error())
	}
	return string(b)
}

// ParseProblem reads what Text wrote.
func ParseProblem(text string) (*Problem, error) {
	var p Problem
	if err := json.Unmarshal([]byte(text), &p); err != nil || p.Form == "" {
		return nil, fmt.Errorf("the tests stored with the record cannot be read")
	}
	return &p, nil
}

// Names are what the program must define to be of use.
func (p *Problem) Names() []string {
	if p.Form == Call {
		return []string{"Solution", p.Entry}
	}
	return []string{p.Entry}
}

// tests are all tests, those kept aside included.
func (p *Problem) tests() ([]Test, error) {
	if p.Packed == nil {
		return p.Tests, nil
	}
	if p.Packed.Path == "" {
		return nil, errors.New("the tests are kept aside and are not on this machine")
	}
	data, err := os.ReadFile(p.Packed.Path)
	if err != nil {
		return nil, fmt.Errorf("tests: %w", err)
	}
	if artifact.SHA256(data) != p.Packed.SHA256 {
		return nil, fmt.Errorf("tests: %s has changed since it was written", p.Packed.Path)
	}
	more, err := ParseTests(string(data))
	if err != nil {
		return nil, err
	}
	return append(p.Tests[:len(p.Tests):len(p.Tests)], more...), nil
}

// ParseTests reads published tests: a JSON list of {input, output, testtype}, or
// that list pickled as a string and packed with zlib and base64.
func ParseTests(text string) ([]Test, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil, nil
	}
	if text[0] != '[' {
		var err error
		if text, err = Unpack(text); err != nil {
			return nil, err
		}
	}
	var out []Test
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		return nil, fmt.Errorf("tests are no list of input and output: %w", err)
	}
	return out, nil
}

//go:embed python/*.py
var scripts embed.FS

// script joins parts of the Python side into one file.
func script(names ...string) []byte {
	var out []byte
	for _, n := range names {
		data, err := scripts.ReadFile("python/" + n + ".py")
		if err != nil {
			panic("BUG: " + err.Error())
		}
		out = append(append(out, data...), "\n\n"...)
	}
	return out
}

// usual are the modules that solutions of contest problems take for granted. The
// list is that of LiveCodeBench's runner.
const usual = `from string import *
from re import *
from datetime import *
from collections import *
from heapq import *
from bisect import *
from copy import *
from math import *
from random import *
from statistics import *
from itertools import *
from functools import *
from operator import *
from io import *
from sys import *
from json import *
from builtins import *
from typing import *
import string, re, datetime, collections, heapq, bisect, copy, math, random, statistics, itertools, functools, operator, io, sys, json
sys.setrecursionlimit(50000)
`

// prelude is what runs before the program in its own box.
func (p *Problem) prelude() string {
	if p.Imports {
		return usual
	}
	return ""
}
