# Tries: the same with symbolic links in /dev/shm.
# Ends: output-limit
import os
n = 0
while True:
    os.symlink("x" * 200, "/dev/shm/%d" % n)
    n += 1
