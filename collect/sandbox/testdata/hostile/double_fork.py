# Tries: to leave a daemon behind that lives on.
import os, time
from attack import *
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.closerange(0, 3)
        time.sleep(20)
        os._exit(0)
    os._exit(0)
time.sleep(0.1)
held("left a daemon")
