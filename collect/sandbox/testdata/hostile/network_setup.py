# Tries: to configure an interface of its own network namespace.
import fcntl, socket
from attack import *
a, b = socket.socketpair()
attempt("SIOCSIFFLAGS", lambda: fcntl.ioctl(a, 0x8914, b"lo" + bytes(14) + b"\x01\x00" + bytes(14)))
attempt("SIOCBRADDBR", lambda: fcntl.ioctl(a, 0x89a0, b"br0\0"))
attempt("tun", lambda: open("/dev/net/tun", "r+b"))
