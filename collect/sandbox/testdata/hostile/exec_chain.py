# Tries: to become itself again and again.
# Ends: time-out
import os, sys
os.execv(sys.executable, [sys.executable, "-S"] + sys.argv)
