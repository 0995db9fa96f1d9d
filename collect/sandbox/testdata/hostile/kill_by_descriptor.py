# Tries: to signal processes of the host by file descriptors of them.
from attack import *
for pid in (facts["pid"], facts["ppid"]):
    if pid > 64:
        attempt("pidfd_open %d" % pid, lambda: call("pidfd_open", pid, 0))
attempt("rt_tgsigqueueinfo", lambda: call("rt_tgsigqueueinfo", facts["pid"], facts["pid"], 9, ctypes.byref((ctypes.c_char * 128)())))
