# Tries: to send a packet.
# Alone: escapes
import socket
from attack import *
def send(family, address):
    with socket.socket(family, socket.SOCK_DGRAM) as s:
        return s.sendto(b"x", address)
attempt("IPv4", lambda: send(socket.AF_INET, ("127.0.0.1", facts["udp"])))
attempt("IPv6", lambda: send(socket.AF_INET6, ("::1", facts["udp"])))
attempt("broadcast", lambda: send(socket.AF_INET, ("255.255.255.255", 9)))
