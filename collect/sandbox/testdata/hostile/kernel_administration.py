# Tries: what only an administrator may: modules, reboot, swap, kexec, accounting, names.
from attack import *
name = ctypes.c_char_p(b"/tmp/x")
attempt("init_module", lambda: call("init_module", name, 1, name))
attempt("finit_module", lambda: call("finit_module", 0, name, 0))
attempt("delete_module", lambda: call("delete_module", name, 0))
attempt("kexec_load", lambda: call("kexec_load", 0, 0, 0, 0))
attempt("kexec_file_load", lambda: call("kexec_file_load", 0, 0, 0, name, 0))
# Not the numbers that would really restart: only whether the call is there.
attempt("reboot", lambda: call("reboot", 0xfee1dead - (1 << 32), 672274793, 0, 0))
attempt("swapon", lambda: call("swapon", name, 0))
attempt("swapoff", lambda: call("swapoff", name))
attempt("acct", lambda: call("acct", 0))
attempt("quotactl", lambda: call("quotactl", 0, 0, 0, 0))
attempt("sethostname", lambda: call("sethostname", name, 3))
attempt("setdomainname", lambda: call("setdomainname", name, 3))
attempt("vhangup", lambda: call("vhangup"))
