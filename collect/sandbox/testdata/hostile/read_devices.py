# Tries: to read memory and disks of the host.
from attack import *
for name in ("mem", "kmem", "port", "kmsg", "sda", "vda", "nvme0n1", "dm-0", "loop0", "fuse", "kvm", "vsock", "vhost-net", "net/tun", "input/event0", "dri/card0", "nvidia0", "snapshot"):
    attempt("/dev/" + name, lambda: read("/dev/" + name, 16))
attempt("/proc/kcore", lambda: read("/proc/kcore", 16))
attempt("kernel log", lambda: call("syslog", 3, ctypes.create_string_buffer(4096), 4096))
attempt("/proc/kmsg", lambda: read("/proc/kmsg", 16))
attempt("/sys", lambda: os.listdir("/sys/class/net"))
