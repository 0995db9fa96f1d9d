# Calls one function of the program once. The arguments come, and the value goes,
# over the channel.
def _call():
    names = {"__name__": "program", "__builtins__": builtins}
    peer = Peer(3, lambda v: False, lambda v: True)
    m = peer.receive()

    def load(m):
        exec(m["prelude"], names)
        given = names.get(m["entry"])  # such as add, of the module operator
        exec(compile(open(BOX + "/program.py", encoding="utf-8").read(), "program.py", "exec"), names)
        solution = names.get("Solution")
        if isinstance(solution, type) and hasattr(solution, m["entry"]):
            target = getattr(solution(), m["entry"])
        elif names.get(m["entry"]) is not given:
            target = names[m["entry"]]
        else:
            raise NameError("name '%s' is not defined" % m["entry"])
        return {"r": peer.pack(target(*[peer.unpack(a) for a in m["args"]]))}

    peer.load = load
    peer.send(peer.answer(m))
    peer.reader.read(1)  # until the value has been taken


_call()
