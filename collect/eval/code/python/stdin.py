# Runs a program that reads its standard input. Leaving with sys.exit is no fault;
# what it printed decides, and that is compared outside.
import os
import sys

BOX = os.environ.get("BOX", "/box")

_names = {"__name__": "__main__", "__builtins__": __builtins__}
sys.argv = ["program.py"]
exec(compile(open(BOX + "/prelude.py", encoding="utf-8").read(), "prelude.py", "exec"), _names)
_code = compile(open(BOX + "/program.py", encoding="utf-8").read(), "program.py", "exec")
try:
    exec(_code, _names)
except SystemExit:
    pass
sys.stdout.flush()
