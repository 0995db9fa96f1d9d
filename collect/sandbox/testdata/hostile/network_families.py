# Tries: every other kind of socket: netlink, raw, packet, vsock, crypto, Bluetooth, CAN.
import socket
from attack import *
for family in range(0, 46):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET):
        try:
            s = socket.socket(family, kind)
            escaped("a socket of family %d" % family)
        except OSError:
            pass
    if family != socket.AF_UNIX:
        try:
            socket.socketpair(family)
            escaped("a pair of family %d" % family)
        except OSError:
            pass
held("46 families")
