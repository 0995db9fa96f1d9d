# Tries: to take little in each of many processes, and much together.
# Ends: memory
import os, time
for _ in range(24):
    if os.fork() == 0:
        block = bytearray(32 << 20)
        time.sleep(30)
        os._exit(0)
time.sleep(30)
