"""Run in the box before anything else is: tries what must not work and says what did."""
import json, os, socket, sys

task = json.loads(sys.stdin.read())
found = {"nonce": task["nonce"], "reached": [], "read": [], "wrote": []}

for address in task["addresses"]:
    try:
        with socket.create_connection(tuple(address), timeout=2):
            found["reached"].append(address)
    except OSError:
        pass

for path in task["secrets"]:
    try:
        with open(path, "rb"):
            found["read"].append(path)
    except OSError:
        pass

for folder in task["folders"]:
    path = os.path.join(folder, task["nonce"])
    try:
        with open(path, "w") as f:
            f.write("x")
        found["wrote"].append(folder)
        os.unlink(path)
    except OSError:
        pass

with open(os.path.join(os.environ["TMPDIR"], task["nonce"]), "w") as f:  # and what must work
    f.write("x")

status = {}
try:
    with open("/proc/self/status") as f:
        for line in f:
            name, _, value = line.partition(":")
            status[name] = value.strip()
except OSError:
    pass
for name in "Uid", "CapEff", "NoNewPrivs", "Seccomp":
    found[name] = status.get(name, "").split("\t")[0]
try:
    found["environ"] = open("/proc/1/environ").read()
except OSError:
    found["environ"] = ""
found["descriptors"] = sorted(int(n) for n in os.listdir("/proc/self/fd") if n.isdigit()) if os.path.isdir("/proc/self/fd") else []

import ctypes
libc = ctypes.CDLL(None, use_errno=True)
CLONE_NEWUSER = 0x10000000
found["namespace"] = hasattr(libc, "unshare") and task["isolated"] and libc.unshare(CLONE_NEWUSER) == 0

import platform
from importlib import metadata
found["python"] = platform.python_version()
found["packages"] = {}
for name in task["packages"]:
    try:
        found["packages"][name] = metadata.version(name)
    except metadata.PackageNotFoundError:
        found["packages"][name] = None

print(json.dumps(found))
