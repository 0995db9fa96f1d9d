# Tries: system calls in 32-bit mode and in the x32 form, whose numbers a filter may not know.
# Ends: killed, exited
# Code: any
import mmap
from attack import *
if os.uname().machine == "x86_64":
    try:
        number = 0x40000000 + 101  # ptrace, x32
        libc.syscall.restype = ctypes.c_long
        escaped("x32") if libc.syscall(ctypes.c_long(number), 0, 0, 0, 0) >= 0 else held("x32")
    except OSError as e:
        held("x32", repr(e))
    # mov eax, 26 (ptrace in 32-bit mode); xor ebx, ebx; int 0x80; ret
    code = b"\xb8\x1a\x00\x00\x00\x31\xdb\xcd\x80\xc3"
    page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(code)
    function = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))
    print("held: about to call", flush=True)
    result = function()
    escaped("32-bit ptrace") if result >= 0 else escaped("a 32-bit call was judged by the kernel, not by the filter: %d" % result)
else:
    held("another processor")
