# Tries: to read a file that everybody on the host may read.
# Alone: escapes
from attack import *
attempt("canary", lambda: read(facts["canary"]))
attempt("its folder", lambda: os.listdir(facts["canary_dir"]))
