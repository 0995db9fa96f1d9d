# Tries: to lock files that the host and the next program use.
import fcntl
from attack import *
for path in ("/usr/bin/env", "/usr/bin/python3", "/box/attack.py", "/proc/self/exe", "/dev/null"):
    f = open(path, "rb")
    attempt("flock " + path, lambda: fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB) or "locked")
    if path != "/dev/null":
        attempt("lockf " + path, lambda: fcntl.lockf(f, fcntl.LOCK_EX | fcntl.LOCK_NB) or "locked")
    if path.startswith("/usr"):
        attempt("lease " + path, lambda: fcntl.fcntl(f, 1024, fcntl.F_WRLCK) or "leased")
