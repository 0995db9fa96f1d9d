# Tries: to use files that process 1 or the tester hold open.
import glob
from attack import *
for path in sorted(glob.glob("/proc/[0-9]*/fd/*")):
    try:
        target = os.readlink(path)
    except OSError as e:
        held(path, repr(e))
        continue
    ours = target.startswith(("/box/", "/dev/null", "/proc/", "pipe:", "anon_inode:", "/usr/")) or "memfd:box" in target
    held(path, target) if ours else escaped("%s -> %s" % (path, target))
