# Tries: to leave the box by "..", links and an open folder.
from attack import *
up = "../" * 40
attempt("..", lambda: read("/tmp/" + up + "etc/passwd"))
attempt(".. to canary", lambda: read("/tmp/" + up + facts["canary"].lstrip("/")))
os.symlink("/etc/passwd", "/tmp/link")
attempt("link", lambda: read("/tmp/link"))
os.symlink(facts["canary"], "/tmp/canary")
attempt("link to canary", lambda: read("/tmp/canary"))
root = os.open("/", os.O_RDONLY | os.O_DIRECTORY)
for _ in range(10):
    root = os.open("..", os.O_RDONLY | os.O_DIRECTORY, dir_fd=root)
attempt("openat", lambda: os.open(facts["canary"].lstrip("/"), os.O_RDONLY, dir_fd=root))
