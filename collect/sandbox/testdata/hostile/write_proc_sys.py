# Tries: to open the kernel's settings for writing.
# Limits: wall=8s
from attack import *
n = 0
for folder, _, names in os.walk("/proc/sys"):
    for name in names:
        path = os.path.join(folder, name)
        n += 1
        try:
            os.close(os.open(path, os.O_WRONLY))
        except OSError:
            continue
        # What belongs to the box's own namespaces is its own to set.
        if not path.startswith(("/proc/sys/net/", "/proc/sys/user/", "/proc/sys/fs/mqueue/")) and not (
                path.startswith("/proc/sys/kernel/") and name.startswith(("sem", "shm", "msg", "auto_msgmni", "hostname", "domainname", "ns_last_pid", "pid_max"))):
            escaped(path)
held("%d settings" % n)
