# Tries: the same with folders inside folders, which are hard to remove.
# Ends: output-limit
import os
while True:
    os.mkdir("d")
    os.chdir("d")
