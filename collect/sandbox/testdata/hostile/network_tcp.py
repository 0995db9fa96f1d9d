# Tries: to reach a port of the host, another machine, and to listen.
# Alone: escapes
import socket
from attack import *
for address in (("127.0.0.1", facts["tcp"]), ("::1", facts["tcp"]), ("192.0.2.1", 80), ("169.254.169.254", 80)):
    if address[0][0] in "1:":
        attempt("connect %s" % (address,), lambda: socket.create_connection(address, timeout=0.5))
attempt("listen", lambda: socket.create_server(("0.0.0.0", 0)))
