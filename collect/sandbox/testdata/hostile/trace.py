# Tries: to trace and read other processes.
from attack import *
attempt("traceme", lambda: call("ptrace", 0, 0, 0, 0))
attempt("attach", lambda: call("ptrace", 16, 1, 0, 0))
attempt("seize", lambda: call("ptrace", 0x4206, os.getppid(), 0, 0))
buffer = ctypes.create_string_buffer(64)
vector = (ctypes.c_size_t * 2)(ctypes.addressof(buffer), 64)
attempt("process_vm_readv", lambda: call("process_vm_readv", 1, ctypes.byref(vector), 1, ctypes.byref(vector), 1, 0))
attempt("process_vm_writev", lambda: call("process_vm_writev", 1, ctypes.byref(vector), 1, ctypes.byref(vector), 1, 0))
attempt("process_madvise", lambda: call("process_madvise", 0, ctypes.byref(vector), 1, 20, 0))
attempt("kcmp", lambda: call("kcmp", os.getpid(), 1, 0, 0, 0))
attempt("pidfd_getfd", lambda: call("pidfd_getfd", call("pidfd_open", 1, 0), 0, 0))
