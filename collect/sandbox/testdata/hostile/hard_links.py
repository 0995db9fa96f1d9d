# Tries: to make hard links out of the box.
from attack import *
attempt("from /usr", lambda: os.link("/usr/bin/env", "/tmp/env"))
attempt("from /box", lambda: os.link("/box/attack.py", "/tmp/attack.py"))
open("/tmp/mine", "w").close()
attempt("to /usr", lambda: os.link("/tmp/mine", "/usr/" + marker))
attempt("to /dev", lambda: os.link("/tmp/mine", "/dev/" + marker))
