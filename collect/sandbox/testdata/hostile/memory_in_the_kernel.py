# Tries: to keep memory where no limit of a process counts: files in memory and System V segments.
from attack import *
attempt("memfd_create", lambda: call("memfd_create", ctypes.c_char_p(b"x"), 0))
attempt("memfd_secret", lambda: call("memfd_secret", 0))
attempt("shmget", lambda: call("shmget", 0, 1 << 30, 0o1600))
attempt("semget", lambda: call("semget", 0, 32000, 0o1600))
attempt("msgget", lambda: call("msgget", 0, 0o1600))
attempt("mq_open", lambda: call("mq_open", ctypes.c_char_p(b"x"), 0o102, 0o600, 0))
