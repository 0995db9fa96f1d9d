# Tries: to close its standard streams and go on unseen.
# Ends: time-out
import os
os.closerange(0, 256)
while True:
    pass
