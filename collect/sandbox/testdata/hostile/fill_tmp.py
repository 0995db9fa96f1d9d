# Tries: to fill /tmp and /dev/shm with data.
from attack import *
def fill(folder):
    total = 0
    for n in range(1000):
        with open("%s/%d" % (folder, n), "wb") as f:
            for _ in range(8):
                total += f.write(bytes(1 << 20))
    return total
attempt("/tmp", lambda: fill("/tmp"))
attempt("/dev/shm", lambda: fill("/dev/shm"))
