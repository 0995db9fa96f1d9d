# Tries: to move the clocks that its own time is measured by.
import ctypes, time
from attack import *
spec = (ctypes.c_long * 2)(10**9, 0)
attempt("settimeofday", lambda: call("settimeofday", ctypes.byref(spec), 0))
attempt("clock_settime", lambda: call("clock_settime", 0, ctypes.byref(spec)))
attempt("adjtimex", lambda: call("adjtimex", ctypes.byref((ctypes.c_long * 64)(1))))
attempt("clock_adjtime", lambda: call("clock_adjtime", 0, ctypes.byref((ctypes.c_long * 64)(1))))
attempt("time namespace", lambda: put("/proc/self/timens_offsets", "monotonic 1000 0"))
