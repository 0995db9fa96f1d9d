# Tries: to fork without end.
# Ends: time-out, exited, killed
# Code: any
import os
while True:
    try:
        os.fork()
    except OSError:
        pass
