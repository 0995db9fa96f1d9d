# Tries: to keep data in attributes of files.
from attack import *
open("/tmp/a", "w").close()
attempt("user", lambda: os.setxattr("/tmp/a", "user.x", b"x" * 60000))
attempt("security", lambda: os.setxattr("/tmp/a", "security.capability", b"\x01\x00\x00\x02" + bytes(16)))
