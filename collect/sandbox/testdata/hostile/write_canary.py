# Tries: to change a file that everybody on the host may change.
# Alone: escapes
from attack import *
attempt("append", lambda: put(facts["canary"], "x"))
attempt("beside it", lambda: open(facts["canary_dir"] + "/" + marker, "w").write("x"))
attempt("rename", lambda: os.rename(facts["canary"], facts["canary"] + "." + marker))
