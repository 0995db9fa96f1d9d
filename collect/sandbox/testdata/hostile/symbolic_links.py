# Tries: to write through symbolic links, and to fool whoever looks at /tmp from outside.
from attack import *
os.symlink(facts["canary_dir"], "/tmp/out")
attempt("write through", lambda: open("/tmp/out/" + marker, "w").write("x"))
os.symlink("loop", "/tmp/loop")
attempt("loop", lambda: read("/tmp/loop"))
os.rename("/tmp/out", "/tmp/again")
attempt("/tmp itself", lambda: os.rename("/tmp", "/tmp2"))
attempt("/tmp itself gone", lambda: os.rmdir("/tmp"))
