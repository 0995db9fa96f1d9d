# Tries: to replace Python and its library under the feet of the next program.
import sysconfig
from attack import *
for path in (os.path.realpath(sys.executable), os.path.join(sysconfig.get_path("stdlib"), "os.py"), "/usr/bin/env", "/lib/x86_64-linux-gnu/libc.so.6"):
    if os.path.exists(path):
        attempt("write " + path, lambda: open(path, "r+b"))
        attempt("chmod " + path, lambda: os.chmod(path, 0o4755))
        attempt("unlink " + path, lambda: os.unlink(path))
        attempt("rename over " + path, lambda: os.rename("/box/attack.py", path))
