# Tries: what crashes or takes over a host: core_pattern, modprobe, sysrq, hotplug, release agents.
from attack import *
for path in ("/proc/sys/kernel/core_pattern", "/proc/sys/kernel/modprobe", "/proc/sys/kernel/hotplug", "/proc/sys/kernel/sysrq",
             "/proc/sysrq-trigger", "/proc/sys/vm/drop_caches", "/proc/sys/vm/overcommit_memory", "/proc/sys/fs/binfmt_misc/register",
             "/proc/sys/kernel/randomize_va_space", "/proc/irq/0/smp_affinity", "/proc/mtrr", "/sys/kernel/uevent_helper",
             "/sys/fs/cgroup/release_agent", "/sys/fs/cgroup/cgroup.procs"):
    attempt(path, lambda: put(path, "1"))
attempt("oom_score_adj below", lambda: put("/proc/self/oom_score_adj", "-1000"))
attempt("uid_map", lambda: put("/proc/self/uid_map", "0 0 1"))
attempt("setgroups", lambda: put("/proc/self/setgroups", "allow"))
attempt("loginuid", lambda: put("/proc/self/loginuid", "0"))
