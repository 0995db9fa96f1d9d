# Tries: to pin memory.
from attack import *
block = ctypes.create_string_buffer(1 << 20)
def lock():
    if libc.mlock(block, len(block)) != 0:
        raise OSError(ctypes.get_errno(), "mlock")
    return "locked"
attempt("mlock", lock)
