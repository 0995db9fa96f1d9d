# Tries: to unpack a small archive that fills /tmp.
import zipfile
from attack import *
with zipfile.ZipFile("/tmp/bomb.zip", "w", zipfile.ZIP_DEFLATED) as z:
    with z.open("zeros", "w", force_zip64=True) as f:
        for _ in range(40):
            f.write(bytes(1 << 20))
def unpack():
    for n in range(40):
        with zipfile.ZipFile("/tmp/bomb.zip") as z:
            with z.open("zeros") as f, open("/tmp/%d" % n, "wb") as out:
                while block := f.read(1 << 20):
                    out.write(block)
attempt("unpack", unpack)
