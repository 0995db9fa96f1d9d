# Tries: to make system calls that a filter does not see.
from attack import *
attempt("setup", lambda: call("io_uring_setup", 8, ctypes.byref((ctypes.c_char * 120)())))
attempt("enter", lambda: call("io_uring_enter", 3, 1, 0, 0, 0, 0))
attempt("register", lambda: call("io_uring_register", -1, 8, 0, 0))
