package sandbox

import (
	"strings"

	"golang.org/x/sys/unix"
)

// allowed are the system calls of an ordinary program: files, memory, threads,
// time, signals, waiting. A name that a processor lacks is passed over.
//
// Left out on purpose, among others: everything about mounts, namespaces,
// modules, keys, tracing, other processes' memory, performance counters, BPF,
// io_uring, userfaultfd, handles of files, real-time scheduling; System V IPC,
// message queues and files in memory, which keep memory that no limit of a
// process counts; flock, which reaches files that the host uses; sockets (but
// pairs within the program, see conditional).
var allowed = strings.Fields(`
	read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 lseek sendfile copy_file_range
	open openat openat2 creat close close_range dup dup2 dup3 pipe pipe2 fcntl
	stat fstat lstat newfstatat statx statfs fstatfs access faccessat faccessat2 readlink readlinkat
	getdents getdents64 getcwd chdir fchdir rename renameat renameat2 mkdir mkdirat rmdir
	link linkat unlink unlinkat symlink symlinkat mknod mknodat chmod fchmod fchmodat fchmodat2
	chown fchown lchown fchownat umask truncate ftruncate fallocate fadvise64 readahead
	utime utimes futimesat utimensat fsync fdatasync sync_file_range
	getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr
	mmap munmap mremap mprotect madvise brk msync mincore membarrier mlock munlock
	pkey_alloc pkey_free pkey_mprotect get_mempolicy getcpu cachestat
	fork vfork execve execveat exit exit_group wait4 waitid
	getpid getppid gettid getpgid setpgid getpgrp getsid setsid getuid geteuid getgid getegid
	getresuid getresgid setuid setgid setreuid setregid setresuid setresgid setfsuid setfsgid
	getgroups setgroups capget capset getrlimit setrlimit prlimit64 getrusage times getpriority setpriority
	kill tkill tgkill rt_sigaction rt_sigprocmask rt_sigpending rt_sigreturn rt_sigsuspend rt_sigtimedwait
	rt_sigqueueinfo rt_tgsigqueueinfo sigaltstack signalfd signalfd4 pause alarm getitimer setitimer
	pidfd_open pidfd_send_signal restart_syscall
	futex futex_waitv futex_wake futex_wait futex_requeue set_robust_list get_robust_list set_tid_address rseq arch_prctl
	sched_yield sched_getaffinity sched_setaffinity sched_getparam sched_getscheduler sched_getattr
	sched_get_priority_max sched_get_priority_min sched_rr_get_interval ioprio_get
	nanosleep clock_nanosleep clock_gettime clock_getres gettimeofday time
	timer_create timer_settime timer_gettime timer_getoverrun timer_delete
	timerfd_create timerfd_settime timerfd_gettime eventfd eventfd2
	epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2 poll ppoll select pselect6
	sendto recvfrom sendmsg recvmsg sendmmsg recvmmsg shutdown getsockname getpeername getsockopt setsockopt
	uname sysinfo getrandom
`)

// conditional are calls that depend on an argument.
var conditional = map[string]test{
	// New threads and processes, but no new namespaces. clone3 keeps its flags
	// in memory, where a filter cannot look: it is refused and libraries fall
	// back to clone.
	"clone": {argument: 0, mask: unix.CLONE_NEWNS | unix.CLONE_NEWCGROUP | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC |
		unix.CLONE_NEWUSER | unix.CLONE_NEWPID | unix.CLONE_NEWNET | unix.CLONE_PTRACE},
	"socketpair": {argument: 0, oneOf: []uint32{unix.AF_UNIX}},
	// Typing into a terminal as if a person did, and setting its line rules.
	"ioctl": {argument: 1, noneOf: []uint32{unix.TIOCSTI, unix.TIOCSETD, 0x541C /* TIOCLINUX */, unix.TIOCCONS}},
	// Asking for the personality, not changing it.
	"personality": {argument: 0, oneOf: []uint32{0xffffffff}},
	// Names of threads and of memory, and questions. Not among them: whether the
	// death of the parent ends this process, on which the end of a box rests.
	"prctl": {argument: 0, oneOf: []uint32{unix.PR_SET_NAME, unix.PR_GET_NAME, unix.PR_SET_VMA, unix.PR_GET_PDEATHSIG,
		unix.PR_GET_DUMPABLE, unix.PR_GET_SECCOMP, unix.PR_GET_NO_NEW_PRIVS, unix.PR_CAPBSET_READ, unix.PR_GET_TIMERSLACK,
		unix.PR_GET_SECUREBITS, unix.PR_GET_CHILD_SUBREAPER, unix.PR_GET_THP_DISABLE}},
}
