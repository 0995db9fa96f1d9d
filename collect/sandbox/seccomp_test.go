//go:build linux

package sandbox

import (
	"encoding/binary"
	"slices"
	"testing"

	"github.com/elastic/go-seccomp-bpf/arch"
	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// The filter is run here, by another machine than the kernel's, on every call
// with arguments from both sides of each condition.
func TestFilter(t *testing.T) {
	raw, err := seccompFilter()
	if err != nil {
		t.Fatal(err)
	}
	var program []bpf.Instruction
	for i := 0; i < len(raw); i += 8 {
		program = append(program, bpf.RawInstruction{
			Op: binary.NativeEndian.Uint16(raw[i:]), Jt: raw[i+2], Jf: raw[i+3], K: binary.NativeEndian.Uint32(raw[i+4:]),
		}.Disassemble())
	}
	vm, err := bpf.NewVM(program)
	if err != nil {
		t.Fatal(err)
	}
	info, err := arch.GetInfo("")
	if err != nil {
		t.Fatal(err)
	}
	// The kernel reads seccomp_data in the machine's order, this one in the
	// network's: the fields are written so that it sees the same numbers.
	verdict := func(id, number uint32, argument int, value uint64) uint32 {
		data := make([]byte, 64)
		binary.BigEndian.PutUint32(data, number)
		binary.BigEndian.PutUint32(data[4:], id)
		binary.BigEndian.PutUint32(data[16+8*argument:], uint32(value))
		binary.BigEndian.PutUint32(data[16+8*argument+4:], uint32(value>>32))
		out, err := vm.Run(data)
		if err != nil {
			t.Fatal(err)
		}
		return uint32(out)
	}
	native := uint32(info.ID)
	if got := verdict(native^1, 0, 0, 0); got != killProcess {
		t.Errorf("a call in another mode: %#x", got)
	}
	refused := func(e unix.Errno) uint32 { return deny | uint32(e) }
	for number := range uint32(1024) {
		name := info.SyscallNumbers[int(number)]
		_, judged := conditional[name]
		want := refused(unix.ENOSYS)
		switch {
		case judged:
			continue
		case name == "socket":
			want = refused(unix.EACCES)
		case name != "" && slices.Contains(allowed, name):
			want = allow
		}
		if got := verdict(native, number, 0, 0); got != want {
			t.Errorf("call %d (%s): %#x, want %#x", number, name, got, want)
		}
	}
	if got := verdict(native, 0x40000000, 0, 0); got != refused(unix.ENOSYS) {
		t.Errorf("a call in the x32 form: %#x", got)
	}
	for _, c := range []struct {
		name  string
		value uint64
		good  bool
	}{
		{"clone", unix.CLONE_VM | unix.CLONE_FILES | unix.CLONE_THREAD | 17, true},
		{"clone", unix.CLONE_NEWUSER, false},
		{"clone", unix.CLONE_NEWNET | 1<<40, false},
		{"clone", unix.CLONE_PTRACE, false},
		{"socketpair", unix.AF_UNIX, true},
		{"socketpair", unix.AF_NETLINK, false},
		{"ioctl", unix.TCGETS, true},
		{"ioctl", unix.TIOCSTI, false},
		{"ioctl", unix.TIOCSTI | 1<<32, false},
		{"ioctl", 0x541C, false},
		{"personality", 0xffffffff, true},
		{"personality", 0x0040000, false},
		{"prctl", unix.PR_SET_NAME, true},
		{"prctl", unix.PR_SET_PDEATHSIG, false},
		{"prctl", unix.PR_SET_DUMPABLE, false},
	} {
		want := refused(unix.EPERM)
		if c.good {
			want = allow
		}
		if got := verdict(native, uint32(info.SyscallNames[c.name]), conditional[c.name].argument, c.value); got != want {
			t.Errorf("%s(%#x): %#x, want %#x", c.name, c.value, got, want)
		}
	}
	for _, name := range []string{"ptrace", "mount", "unshare", "setns", "bpf", "io_uring_setup", "keyctl", "userfaultfd", "memfd_create", "clone3", "process_vm_readv"} {
		if slices.Contains(allowed, name) {
			t.Errorf("%s is allowed", name)
		}
	}
}
