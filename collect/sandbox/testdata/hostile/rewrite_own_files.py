# Tries: to change the program and the data it was given.
import glob, shutil
from attack import *
for path in glob.glob("/box/*"):
    attempt("write " + path, lambda: open(path, "w").write("x"))
    attempt("chmod " + path, lambda: os.chmod(path, 0o777))
    attempt("unlink " + path, lambda: os.unlink(path))
    attempt("rename " + path, lambda: os.rename(path, path + ".old"))
    attempt("utime " + path, lambda: os.utime(path, (0, 0)))
attempt("create", lambda: open("/box/new.py", "w").write("x"))
attempt("rename /box", lambda: os.rename("/box", "/box2"))
attempt("mkdir", lambda: os.mkdir("/box/new"))
attempt("through /proc", lambda: open("/proc/self/root/box/attack.py", "w"))
