# Tries: to keep memory in the buffers of pipes and socket pairs.
# Ends: exited, memory, killed
import fcntl, os, socket
from attack import *
total, ends = 0, []
try:
    while True:
        r, w = os.pipe()
        ends += [r, w]
        os.set_blocking(w, False)
        try:
            fcntl.fcntl(w, 1031, 1 << 20)  # F_SETPIPE_SZ
        except OSError:
            pass
        try:
            while True:
                total += os.write(w, b"x" * 65536)
        except BlockingIOError:
            pass
except OSError as e:
    held("pipes end at %d bytes" % total, repr(e))
if total > 512 << 20:
    escaped("%d bytes in pipes" % total)
