# Tries: files beyond the size limit: written, sparse, preallocated.
from attack import *
def write():
    with open("/tmp/a", "wb") as f:
        for _ in range(4096):
            f.write(bytes(1 << 20))
attempt("written", write)
os.unlink("/tmp/a")
def sparse():
    with open("/tmp/b", "wb") as f:
        os.ftruncate(f.fileno(), 1 << 40)
attempt("sparse", sparse)
attempt("preallocated", lambda: os.posix_fallocate(os.open("/tmp/c", os.O_CREAT | os.O_RDWR), 0, 1 << 40))
