# Tries: to look as if the system had killed it.
# Ends: killed
import os, signal
os.kill(os.getpid(), signal.SIGKILL)
