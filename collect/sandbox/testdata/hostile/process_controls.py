# Tries: controls of a process that could undo the box: death signal, dumping, tracing, memory map, reaping.
from attack import *
for name, option, value in (("PR_SET_PDEATHSIG", 1, 0), ("PR_SET_DUMPABLE", 4, 1), ("PR_SET_KEEPCAPS", 8, 1), ("PR_SET_SECUREBITS", 28, 0),
                            ("PR_SET_MM", 35, 1), ("PR_SET_CHILD_SUBREAPER", 36, 1), ("PR_SET_PTRACER", 0x59616d61, -1), ("PR_CAP_AMBIENT", 47, 2),
                            ("PR_SET_SPECULATION_CTRL", 53, 0), ("PR_SCHED_CORE", 62, 1), ("PR_SET_SYSCALL_USER_DISPATCH", 59, 1), ("PR_CAPBSET_DROP", 24, 0)):
    attempt(name, lambda: call("prctl", option, value, 0, 0, 0))
attempt("seccomp", lambda: call("seccomp", 1, 0, ctypes.byref((ctypes.c_ulong * 2)())))
