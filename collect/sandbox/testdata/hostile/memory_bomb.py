# Tries: to take all memory, a block at a time.
# Ends: memory
blocks = []
while True:
    blocks.append(bytearray(16 << 20))
