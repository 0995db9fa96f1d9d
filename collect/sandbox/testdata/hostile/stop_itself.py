# Tries: to stop itself, so that no limit of processor time is ever reached.
# Ends: time-out
import os, signal
while True:
    os.kill(os.getpid(), signal.SIGSTOP)
