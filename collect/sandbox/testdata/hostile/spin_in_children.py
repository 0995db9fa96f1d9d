# Tries: to dodge the CPU limit, which is one of each process, by a new process in time.
# Ends: time-out
import os
while True:
    for _ in range(50000):
        pass
    if os.fork():
        os._exit(0) if os.getppid() == 1 and os.getpid() > 4 else os.wait()
