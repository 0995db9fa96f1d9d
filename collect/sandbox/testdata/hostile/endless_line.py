# Tries: to print one line for ever.
# Ends: output-limit
import os
while True:
    os.write(1, b"x" * 65536)
