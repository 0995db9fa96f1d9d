# Tries: to start threads without end.
import threading, os
from attack import *
hold, n = threading.Event(), 0
try:
    while n < 5000:
        threading.Thread(target=hold.wait, daemon=True).start()
        n += 1
except (RuntimeError, MemoryError) as e:
    held("%d threads" % n, repr(e))
if n >= 5000:
    escaped("5000 threads")
os._exit(0)
