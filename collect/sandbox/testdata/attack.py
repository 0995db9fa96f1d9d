"""What the hostile programs share. Each says what it tried: "held" when it was
stopped, "ESCAPED" when it was not."""
import ctypes
import json
import os
import sys

with open(os.path.join(os.environ["BOX"], "facts.json")) as f:
    facts = json.load(f)
marker = facts["marker"]
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long

# Numbers of system calls: x86-64, then the generic table of other processors.
CALLS = {
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219),
    "userfaultfd": (323, 282), "bpf": (321, 280), "perf_event_open": (298, 241),
    "unshare": (272, 97), "setns": (308, 268), "clone": (56, 220), "clone3": (435, 435),
    "personality": (135, 92), "prctl": (157, 167), "seccomp": (317, 277),
    "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265),
    "kexec_load": (246, 104), "kexec_file_load": (320, 294), "reboot": (169, 142), "swapon": (167, 224), "swapoff": (168, 225),
    "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106),
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51),
    "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433), "open_tree": (428, 428), "move_mount": (429, 429),
    "mount_setattr": (442, 442), "memfd_create": (319, 279), "memfd_secret": (447, 447),
    "pidfd_getfd": (438, 438), "process_madvise": (440, 440), "kcmp": (312, 272),
    "syslog": (103, 116), "acct": (163, 89), "quotactl": (179, 60), "sethostname": (170, 161), "setdomainname": (171, 162),
    "settimeofday": (164, 170), "clock_settime": (227, 112), "adjtimex": (159, 171), "clock_adjtime": (305, 266),
    "fanotify_init": (300, 262), "inotify_init1": (294, 26), "lookup_dcookie": (212, 18), "vhangup": (153, 58),
    "shmget": (29, 194), "semget": (64, 190), "msgget": (68, 186), "mq_open": (240, 180),
    "sched_setscheduler": (144, 119), "sched_setattr": (314, 274), "ioprio_set": (251, 30),
    "mbind": (237, 235), "set_mempolicy": (238, 237), "migrate_pages": (256, 238), "move_pages": (279, 239),
    "vmsplice": (278, 75), "splice": (275, 76), "tee": (276, 77), "landlock_create_ruleset": (444, 444),
    "rt_tgsigqueueinfo": (297, 240), "pidfd_open": (434, 434), "pidfd_send_signal": (424, 424),
}


def held(what, why=""):
    print("held:", what, why, flush=True)


def escaped(what):
    print("ESCAPED:", what, flush=True)


def attempt(what, action):
    """The action must fail; returning anything at all is an escape."""
    try:
        result = action()
    except (OSError, ValueError, MemoryError, RuntimeError) as e:
        held(what, repr(e))
        return None
    escaped("%s -> %.80r" % (what, result))
    return result


def call(name, *args):
    """A raw system call; raises OSError where the kernel refuses."""
    number = CALLS[name][0 if os.uname().machine == "x86_64" else 1]
    result = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(a) if isinstance(a, int) else a for a in args])
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), name)
    return result


def read(path, size=65536):
    with open(path, "rb") as f:
        return f.read(size)


def look_for_secret(what, data):
    for secret in facts["secrets"]:
        if secret.encode() in data:
            escaped("%s holds %s" % (what, secret))
            return
    held(what, "%d bytes, no secret" % len(data))


def put(path, text):
    """Writes at once: an error at the close of a file would be lost."""
    fd = os.open(path, os.O_WRONLY)
    try:
        return os.write(fd, text.encode())
    finally:
        os.close(fd)
