# Tries: to type into the terminal of whoever started us.
import fcntl, struct, termios
from attack import *
for path in ("/dev/tty", "/dev/console", "/dev/tty0", "/dev/pts/0", "/dev/ptmx"):
    try:
        fd = os.open(path, os.O_RDWR | os.O_NOCTTY)
    except OSError as e:
        held(path, repr(e))
        continue
    for request in (termios.TIOCSTI, termios.TIOCSTI | 1 << 32, 0x541C, termios.TIOCCONS, 0x5423):
        attempt("%s ioctl %#x" % (path, request), lambda: fcntl.ioctl(fd, ctypes.c_int(request & 0x7fffffff).value, b"x"))
for fd in (0, 1, 2):
    attempt("TIOCSTI on %d" % fd, lambda: fcntl.ioctl(fd, termios.TIOCSTI, b"x"))
    attempt("TIOCSCTTY on %d" % fd, lambda: fcntl.ioctl(fd, termios.TIOCSCTTY, 1))
