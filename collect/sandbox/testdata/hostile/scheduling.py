# Tries: to take precedence over everything on the host.
from attack import *
parameter = ctypes.c_int(50)
attempt("FIFO", lambda: call("sched_setscheduler", 0, 1, ctypes.byref(parameter)))
attempt("round robin", lambda: call("sched_setscheduler", 0, 2, ctypes.byref(parameter)))
attempt("deadline", lambda: call("sched_setattr", 0, ctypes.byref((ctypes.c_ulong * 6)(48 | 6 << 32, 0, 0, 10**7, 10**8, 10**8)), 0))
attempt("nice", lambda: os.nice(-20))
attempt("setpriority", lambda: os.setpriority(os.PRIO_USER, 0, -20) or "raised")
attempt("I/O", lambda: call("ioprio_set", 1, 0, 1 << 13))
