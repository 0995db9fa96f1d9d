# Tries: to leave something for the next program: files, a shared memory, a message.
from attack import *
for folder in ("/tmp", "/dev/shm", "/var/tmp", "/run", "/dev"):
    path = os.path.join(folder, "left-by-the-last-one")
    if os.path.exists(path):
        escaped("found " + path)
    try:
        with open(path, "w") as f:
            f.write("x")
    except OSError:
        pass
held("an empty /tmp: %s" % os.listdir("/tmp"))
