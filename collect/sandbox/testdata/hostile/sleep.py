# Tries: to wait for ever without using the processor.
# Ends: time-out
import time
time.sleep(3600)
