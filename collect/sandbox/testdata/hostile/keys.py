# Tries: to leave data in, and read keys from, the kernel's key rings, which have no namespace.
from attack import *
attempt("add_key", lambda: call("add_key", ctypes.c_char_p(b"user"), ctypes.c_char_p(marker.encode()), ctypes.c_char_p(b"x"), 1, -5))
attempt("request_key", lambda: call("request_key", ctypes.c_char_p(b"user"), ctypes.c_char_p(b"x"), 0, -5))
for operation in (0, 1, 5, 6, 11):
    attempt("keyctl %d" % operation, lambda: call("keyctl", operation, -5, 0, 0, 0))
