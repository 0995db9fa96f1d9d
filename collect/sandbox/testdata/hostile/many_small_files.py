# Tries: to use up what a file system can count, with empty files.
# Ends: output-limit
n = 0
while True:
    open("/tmp/%d" % n, "w").close()
    n += 1
