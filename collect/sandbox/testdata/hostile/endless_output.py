# Tries: to print for ever.
# Ends: output-limit
while True:
    print("passed " * 100)
