# Tries: to read what is in /etc.
# Alone: escapes
from attack import *
for name in ("passwd", "shadow", "group", "hostname", "hosts", "resolv.conf", "machine-id", "ssh/ssh_host_rsa_key", "environment"):
    attempt("/etc/" + name, lambda: read("/etc/" + name))
left = set(os.listdir("/etc")) - {"alternatives", "ld.so.cache"} if os.path.isdir("/etc") else set()
held("/etc") if not left else escaped("/etc has %s" % sorted(left))
