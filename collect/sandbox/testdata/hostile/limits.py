# Tries: to raise its own limits, and to lower those of process 1.
import resource
from attack import *
for name in ("RLIMIT_AS", "RLIMIT_CPU", "RLIMIT_FSIZE", "RLIMIT_NOFILE", "RLIMIT_NPROC", "RLIMIT_CORE", "RLIMIT_MEMLOCK", "RLIMIT_MSGQUEUE", "RLIMIT_RTPRIO"):
    number = getattr(resource, name)
    soft, hard = resource.getrlimit(number)
    if hard == resource.RLIM_INFINITY:
        escaped(name + " has no limit")
        continue
    attempt(name, lambda: resource.setrlimit(number, (hard + 1, hard + 1)) or "raised")
    attempt(name + " by prlimit", lambda: resource.prlimit(0, number, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)) and "raised")
