# Tries: to break the reader with terminal codes, zero bytes and broken UTF-8.
import os
os.write(1, b"held: \x00\xff\xfe\x1b]0;title\x07\x1b[2J\xed\xa0\x80\n")
