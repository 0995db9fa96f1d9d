package sandbox

import (
	"bytes"
	"encoding/binary"
	"iter"
	"slices"

	"github.com/elastic/go-seccomp-bpf/arch"
	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// What a filter may answer, and where it finds what it judges: the layout of
// struct seccomp_data in seccomp(2). Arguments are 64 bits; of those judged
// here the kernel uses the low half only, so the filter looks at that half
// alone, lest a set high bit slip by.
const (
	killProcess = 0x80000000
	allow       = 0x7fff0000
	deny        = 0x00050000 // + errno

	offsetNumber, offsetArch, offsetArgs = 0, 4, 16
)

// test is a condition on one argument of a call.
type test struct {
	argument int
	mask     uint32   // allowed when no bit of it is set; 0: see oneOf
	oneOf    []uint32 // allowed when equal to one of them
	noneOf   []uint32 // allowed when equal to none of them
}

// seccompFilter is the program that the kernel runs at each system call of a
// box, in the form that bwrap loads from a file. It is an allow list, so that a
// call that a later kernel brings is refused until somebody has looked at it.
// Refused is "no such call", to which every library has an answer. A call in
// another mode of the processor (32-bit numbers on a 64-bit machine) would be
// judged by the wrong table, and ends the program.
//
// The numbers come from go-seccomp-bpf; its assembler is not used, since it
// lets other modes pass and compares whole arguments.
func seccompFilter() ([]byte, error) {
	info, err := arch.GetInfo("")
	if err != nil {
		return nil, err
	}
	program := []bpf.Instruction{
		bpf.LoadAbsolute{Off: offsetArch, Size: 4},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: uint32(info.ID), SkipTrue: 1},
		bpf.RetConstant{Val: killProcess},
		bpf.LoadAbsolute{Off: offsetNumber, Size: 4},
	}
	numbers := []uint32{}
	for _, name := range allowed {
		if number, known := info.SyscallNames[name]; known {
			numbers = append(numbers, uint32(number))
		}
	}
	for _, name := range sortedKeys(conditional) {
		number, known := info.SyscallNames[name]
		if !known {
			continue
		}
		body := conditional[name].instructions()
		program = append(program, bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: uint32(number), SkipTrue: uint8(len(body))})
		program = append(program, body...)
	}
	if number, known := info.SyscallNames["socket"]; known {
		program = append(program,
			bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: uint32(number), SkipTrue: 1},
			bpf.RetConstant{Val: deny | uint32(unix.EACCES)})
	}
	// Runs of numbers in rising order: what lies below a run and above the one
	// before is refused at once. With a comparison for each number the kernel,
	// which tries a filter on every number when a process takes it on, spent
	// 1.5 ms on it at each start.
	for low, high := range runs(numbers) {
		program = append(program,
			bpf.JumpIf{Cond: bpf.JumpGreaterThan, Val: high, SkipTrue: 3},
			bpf.JumpIf{Cond: bpf.JumpGreaterOrEqual, Val: low, SkipFalse: 1},
			bpf.RetConstant{Val: allow},
			bpf.RetConstant{Val: deny | uint32(unix.ENOSYS)})
	}
	program = append(program, bpf.RetConstant{Val: deny | uint32(unix.ENOSYS)})
	raw, err := bpf.Assemble(program)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	for _, i := range raw {
		// struct sock_filter, in the byte order of the machine.
		if err := binary.Write(&out, binary.NativeEndian, struct {
			Code   uint16
			JT, JF uint8
			K      uint32
		}{i.Op, i.Jt, i.Jf, i.K}); err != nil {
			return nil, err
		}
	}
	return out.Bytes(), nil
}

// runs gives the first and last of each run of consecutive numbers, in order.
func runs(numbers []uint32) iter.Seq2[uint32, uint32] {
	slices.Sort(numbers)
	return func(yield func(low, high uint32) bool) {
		for i := 0; i < len(numbers); {
			first := i
			for i++; i < len(numbers) && numbers[i] <= numbers[i-1]+1; i++ {
			}
			if !yield(numbers[first], numbers[i-1]) {
				return
			}
		}
	}
}

// instructions end in a verdict on every path.
func (t test) instructions() []bpf.Instruction {
	offset := uint32(offsetArgs + 8*t.argument) // low half: both supported processors are little-endian
	out := []bpf.Instruction{bpf.LoadAbsolute{Off: offset, Size: 4}}
	yes, no := bpf.RetConstant{Val: allow}, bpf.RetConstant{Val: deny | uint32(unix.EPERM)}
	switch {
	case t.mask != 0:
		return append(out, bpf.JumpIf{Cond: bpf.JumpBitsSet, Val: t.mask, SkipFalse: 1}, no, yes)
	case t.noneOf != nil:
		for _, value := range t.noneOf {
			out = append(out, bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: value, SkipTrue: 1}, no)
		}
		return append(out, yes)
	}
	for _, value := range t.oneOf {
		out = append(out, bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: value, SkipTrue: 1}, yes)
	}
	return append(out, no)
}
