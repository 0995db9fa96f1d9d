# Tries: to kill everything it may signal.
# Ends: killed
import os, signal
from attack import *
pid = os.fork()
if pid == 0:
    try:
        os.kill(-1, signal.SIGKILL)
    except OSError:
        pass
    os._exit(0)
os.waitpid(pid, 0)
escaped("this process should be dead")
