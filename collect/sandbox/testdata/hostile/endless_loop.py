# Tries: to run for ever.
# Ends: time-out
while True:
    pass
