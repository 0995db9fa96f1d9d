# Tries: to take more address space than there is.
# Ends: memory
bytearray(1 << 45)
