# Tries: to talk to a service of the host through a socket file.
# Alone: escapes
import socket
from attack import *
def connect(path):
    with socket.socket(socket.AF_UNIX) as s:
        return s.connect(path) or "connected"
for path in (facts["unix"], "/var/run/docker.sock", "/run/systemd/private", "/run/dbus/system_bus_socket", "/tmp/.X11-unix/X0"):
    attempt(path, lambda: connect(path))
