# Tries: to take memory in shared mappings, which count as files.
# Ends: memory
import mmap, time
maps = []
while True:
    m = mmap.mmap(-1, 16 << 20)
    for i in range(0, len(m), 4096):
        m[i] = 1
    maps.append(m)
