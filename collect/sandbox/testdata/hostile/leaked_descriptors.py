# Tries: to write to descriptors that it was not given.
from attack import *
for fd in range(3, 1024):
    try:
        os.fstat(fd)
    except OSError:
        continue
    escaped("descriptor %d is open: %s" % (fd, os.readlink("/proc/self/fd/%d" % fd)))
held("1021 descriptors")
