# Tries: to switch off address randomisation or look like another system, for what it starts.
from attack import *
for value in (0x0040000, 0x0100000, 0x0400000, 0x8, 0x0020000):
    attempt("personality %#x" % value, lambda: call("personality", value))
attempt("high half", lambda: call("personality", 0x0040000 | 1 << 40))
