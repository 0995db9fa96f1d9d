# Tries: to print from a child after the program has ended.
import os
from attack import *
if os.fork() == 0:
    os.setsid()
    import time
    time.sleep(0.3)
    escaped("a child printed after the end")
    os._exit(0)
held("left a child that wants to print")
