# Tries: to unpack archives whose members point outside: zip and tar with "..", absolute names and links.
import io, shutil, tarfile, zipfile
from attack import *
out = facts["canary_dir"].lstrip("/")
with zipfile.ZipFile("/tmp/a.zip", "w") as z:
    z.writestr("../../../../" + out + "/" + marker + ".zip", "x")
    z.writestr("/" + out + "/" + marker + ".zip", "x")
with zipfile.ZipFile("/tmp/a.zip") as z:
    for info in z.infolist():
        target = os.path.join("/tmp", info.filename)
        attempt("zip " + info.filename, lambda: open(target, "wb").write(z.read(info)))
with tarfile.open("/tmp/a.tar", "w") as t:
    link = tarfile.TarInfo("out")
    link.type, link.linkname = tarfile.SYMTYPE, facts["canary_dir"]
    t.addfile(link)
    member = tarfile.TarInfo("out/" + marker + ".tar")
    member.size = 1
    t.addfile(member, io.BytesIO(b"x"))
def unpack():
    os.chdir("/tmp")
    with tarfile.open("/tmp/a.tar") as t:
        t.extractall("/tmp")
    # The link points to nothing here, so the member can only have landed inside.
    if os.path.isdir(facts["canary_dir"]):
        return "the folder of the host is there"
    raise OSError("stayed inside")
attempt("tar", unpack)
