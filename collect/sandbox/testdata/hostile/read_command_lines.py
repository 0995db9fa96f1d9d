# Tries: to see other programs of the host.
# Alone: escapes
import glob
from attack import *
others = [p for p in glob.glob("/proc/[0-9]*/cmdline") if int(p.split("/")[2]) not in (1, os.getpid())]
held("sees process 1 and itself") if len(others) <= 1 else escaped("sees %d processes" % len(others))
