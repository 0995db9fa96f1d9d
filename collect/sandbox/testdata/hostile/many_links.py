# Tries: the same with symbolic links in /dev/shm, short ones, which take no block.
# Ends: output-limit
import os
n = 0
while True:
    os.symlink("x" * 100, "/dev/shm/%d" % n)
    n += 1
