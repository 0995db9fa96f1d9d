# Tries: to leave its session and process group, so that a signal to the group misses it.
# Ends: time-out
import os, time
if os.fork() == 0:
    os.setsid()
    os.setpgid(0, 0) if os.getpgrp() != os.getpid() else None
    while True:
        time.sleep(1)
while True:
    time.sleep(1)
