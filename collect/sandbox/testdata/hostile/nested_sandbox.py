# Tries: to start tools that make namespaces or change users.
import subprocess
from attack import *
def run(*command):
    done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise OSError(done.returncode, done.stderr.decode(errors="replace")[-80:])
    return done.stdout
for command in (("bwrap", "--ro-bind", "/", "/", "true"), ("unshare", "-Ur", "true"), ("unshare", "-m", "true"), ("nsenter", "-t", "1", "-a", "true"),
                ("chroot", "/usr", "true"), ("setpriv", "--reuid", "0", "true"), ("sudo", "-n", "true"), ("su", "-c", "true"), ("mount", "-t", "tmpfs", "x", "/tmp")):
    attempt(" ".join(command), lambda: run(*command))
