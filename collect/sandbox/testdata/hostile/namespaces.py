# Tries: new namespaces, where a program is root again.
from attack import *
for name, flag in (("user", 0x10000000), ("mount", 0x20000), ("pid", 0x20000000), ("net", 0x40000000), ("ipc", 0x8000000),
                   ("uts", 0x4000000), ("cgroup", 0x2000000), ("time", 0x80), ("user+mount", 0x10020000), ("files", 0x400)):
    attempt("unshare " + name, lambda: call("unshare", flag))
def clone(flag):
    pid = call("clone", flag | 17, 0, 0, 0, 0)
    if pid == 0:
        os._exit(0)
    return pid
for name, flag in (("user", 0x10000000), ("user+pid", 0x30000000), ("net", 0x40000000), ("user, high half set", 0x10000000 | 1 << 40)):
    attempt("clone " + name, lambda: clone(flag))
arguments = (ctypes.c_ulong * 11)(0x10000000, 0, 0, 0, 17)
attempt("clone3 user", lambda: call("clone3", ctypes.byref(arguments), 88))
for kind in ("user", "mnt", "pid", "net"):
    attempt("setns " + kind, lambda: call("setns", os.open("/proc/1/ns/" + kind, os.O_RDONLY), 0))
