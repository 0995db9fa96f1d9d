# Tries: to kill its parent, process 1, the tester, and every number there is.
import os, signal
from attack import *
for pid in {os.getppid(), 1, facts["pid"], facts["ppid"]}:
    for number in (signal.SIGTERM, signal.SIGSTOP, signal.SIGKILL):
        try:
            os.kill(pid, number)
        except OSError as e:
            held("kill %d" % pid, repr(e))
for pid in range(2, 70000):
    if pid != os.getpid():
        try:
            os.kill(pid, signal.SIGKILL)
        except OSError:
            pass
held("still here")
