# Tries: to use up file descriptors.
from attack import *
kept = []
def use():
    while len(kept) < 100000:
        kept.append(os.open("/dev/null", os.O_RDONLY))
    return len(kept)
attempt("100000 files", use)
held("%d files" % len(kept)) if len(kept) <= 4096 else escaped("%d files" % len(kept))
