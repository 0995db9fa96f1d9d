# Tries: one computation in C that returns to the interpreter after a year.
# Ends: time-out
print(len(str(7 ** (10 ** 9))))
