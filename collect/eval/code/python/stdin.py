# Runs a program that reads its standard input. Leaving with sys.exit is no fault;
# what it printed decides, and that is compared outside.
import sys

_names = {"__name__": "__main__", "__builtins__": __builtins__}
sys.argv = ["program.py"]
exec(compile(open("/box/prelude.py", encoding="utf-8").read(), "prelude.py", "exec"), _names)
_code = compile(open("/box/program.py", encoding="utf-8").read(), "program.py", "exec")
try:
    exec(_code, _names)
except SystemExit:
    pass
sys.stdout.flush()
