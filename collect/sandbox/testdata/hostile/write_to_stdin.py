# Tries: to use its own input as storage and to change what others may read from it.
from attack import *
attempt("write", lambda: os.write(0, b"x"))
attempt("reopen", lambda: os.write(os.open("/proc/self/fd/0", os.O_WRONLY), b"x" * (1 << 20)))
attempt("truncate", lambda: os.truncate("/proc/self/fd/0", 1 << 30))
