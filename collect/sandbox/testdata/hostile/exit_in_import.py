# Tries: to end while it is being imported, with the status of a signal.
# Ends: killed
import os
os._exit(137)
