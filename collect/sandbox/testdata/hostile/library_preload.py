# Tries: to slip a library into set-user-id and other programs by the environment.
import subprocess
from attack import *
open("/tmp/evil.so", "wb").write(b"\x7fELF")
env = {"LD_PRELOAD": "/tmp/evil.so", "LD_LIBRARY_PATH": "/tmp", "PYTHONPATH": "/tmp", "PYTHONSTARTUP": "/tmp/x.py", "GCONV_PATH": "/tmp"}
done = subprocess.run(["/usr/bin/env"], env=env, capture_output=True)
held("a child of its own, inside", done.stderr[:60])
attempt("/etc/ld.so.preload", lambda: open("/etc/ld.so.preload", "w").write("/tmp/evil.so"))
