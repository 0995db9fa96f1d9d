# Tries: to find a secret of the tester among the objects and frames of the interpreter.
import gc, sys
from attack import *
# Its own list of what to look for is no find.
text = [o for o in gc.get_objects() if o is not facts and o is not facts["secrets"]]
data = repr([o for o in text if isinstance(o, dict) and "SANDBOX_TEST_SECRET" in o]).encode()
frame = sys._getframe()
while frame:
    data += repr([v for k, v in frame.f_locals.items() if k != "facts" and isinstance(v, (str, bytes))]).encode()
    frame = frame.f_back
look_for_secret("objects", data + repr(dict(os.environ)).encode())
