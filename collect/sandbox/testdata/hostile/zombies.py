# Tries: to fill the process table with the dead.
import os
from attack import *
n = 0
try:
    while n < 5000:
        if os.fork() == 0:
            os._exit(0)
        n += 1
except OSError as e:
    held("%d zombies" % n, repr(e))
if n >= 5000:
    escaped("5000 zombies")
