# Tries: to flood process 1 with orphans.
# Ends: exited, time-out
# Code: any
import os, time
from attack import *
for _ in range(300):
    try:
        if os.fork() == 0:
            if os.fork() == 0:
                time.sleep(20)
            os._exit(0)
        os.wait()
    except OSError:
        pass
held("left orphans")
