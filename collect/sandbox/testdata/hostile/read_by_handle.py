# Tries: to open files of the host by their handles, as the container escape "shocker" did.
from attack import *
buffer = (ctypes.c_char * 256)()
ctypes.c_uint.from_buffer(buffer).value = 128
attempt("name_to_handle_at", lambda: call("name_to_handle_at", -100, ctypes.c_char_p(b"/usr"), buffer, ctypes.byref(ctypes.c_int()), 0))
attempt("open_by_handle_at", lambda: call("open_by_handle_at", -100, buffer, 0))
