# Tries: to talk to a service of the host through an abstract socket, which no file system hides.
# Alone: escapes
import socket
from attack import *
def connect():
    with socket.socket(socket.AF_UNIX) as s:
        return s.connect("\0" + facts["abstract"]) or "connected"
attempt("abstract", connect)
