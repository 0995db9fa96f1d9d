# Tries: to become root: ids, capabilities, groups, set-user-id programs.
import glob, shutil, stat, subprocess
from attack import *
for name in ("setuid", "setgid", "seteuid", "setegid"):
    attempt(name, lambda: getattr(os, name)(0) or "root")
attempt("setgroups", lambda: os.setgroups([0]) or "root")
class Header(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint), ("pid", ctypes.c_int)]
header, data = Header(0x20080522, 0), (ctypes.c_uint * 6)(*[0xffffffff] * 6)
def capset():
    if libc.capset(ctypes.byref(header), data) != 0:
        raise OSError(ctypes.get_errno(), "capset")
    return "capabilities"
attempt("capset", capset)
shutil.copy("/usr/bin/id", "/tmp/id")
os.chmod("/tmp/id", 0o6755)
def run(path, *args):
    done = subprocess.run([path, *args], capture_output=True, stdin=subprocess.DEVNULL)
    for line in read("/proc/self/status").decode().splitlines():
        if line.startswith("CapEff") and line.split()[1].strip("0"):
            return line
    if b"uid=0" in done.stdout or b"euid=0" in done.stdout:
        return done.stdout
    raise OSError("no gain")
attempt("own set-user-id file", lambda: run("/tmp/id"))
for path in ("/usr/bin/su", "/usr/bin/sudo", "/usr/bin/passwd", "/usr/bin/newgrp", "/usr/bin/mount", "/usr/bin/chsh", "/usr/bin/pkexec"):
    if os.path.exists(path):
        attempt(path, lambda: run(path, "--help"))
status = read("/proc/self/status").decode()
held("no_new_privs") if "NoNewPrivs:\t1" in status else escaped("may gain privileges")
held("filter") if "Seccomp:\t2" in status else escaped("no filter")
