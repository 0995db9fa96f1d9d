# Tries: to make device files.
import stat
from attack import *
for name, kind, major, minor in (("mem", stat.S_IFCHR, 1, 1), ("vda", stat.S_IFBLK, 254, 0), ("sda", stat.S_IFBLK, 8, 0), ("zero", stat.S_IFCHR, 1, 5)):
    def make():
        os.mknod("/tmp/" + name, kind | 0o666, os.makedev(major, minor))
        return read("/tmp/" + name, 16)
    attempt(name, make)
