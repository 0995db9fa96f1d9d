# Tries: to run off the end of the stack.
# Ends: killed, exited, memory, time-out
# Code: any
import sys
sys.setrecursionlimit(10**9)
def f(n):
    return [f(n + 1)]
f(0)
