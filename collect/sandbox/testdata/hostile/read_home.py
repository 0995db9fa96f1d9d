# Tries: to read home folders and other people's keys.
from attack import *
for folder in ("/root", "/home", "/var", "/opt", "/srv", "/mnt", "/media", "/run", "/boot", facts["home"], facts["cwd"]):
    if folder not in ("", "/", "/tmp"):
        attempt(folder, lambda: os.listdir(folder))
