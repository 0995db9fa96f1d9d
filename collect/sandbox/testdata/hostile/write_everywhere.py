# Tries: to write in every folder there is.
# Limits: wall=8s
import itertools
from attack import *
n = 0
for folder, folders, _ in os.walk("/"):
    folders[:] = [f for f in folders if os.path.join(folder, f) not in ("/tmp", "/dev/shm", "/proc")]
    n += 1
    if n > 3000:
        break
    try:
        with open(os.path.join(folder, marker), "w"):
            escaped("wrote in " + folder)
    except OSError:
        pass
held("%d folders" % n)
