# Values of numerical work for the channel: numpy arrays and scalars by element
# type, shape and bytes; sparse matrices by their coordinates; symbols by name.
# Arrays of objects go element by element.
import re

_np_kind = re.compile(r"^[<>|=]?[biufcSUMm]\d+(\[\w+\])?$")


def pack_science(peer, v, kind, depth):
    np = sys.modules.get("numpy")
    if np is None:
        return None
    if isinstance(v, np.ndarray):
        a = np.asarray(v)
        if a.dtype.kind == "O":
            return {"t": "objects", "s": list(a.shape), "v": [peer.pack(x, depth + 1) for x in a.ravel().tolist()]}
        if not _np_kind.match(a.dtype.str):
            return None
        return {"t": "array", "d": a.dtype.str, "s": list(a.shape), "v": base64.b64encode(np.ascontiguousarray(a).tobytes()).decode()}
    if isinstance(v, np.generic) and _np_kind.match(v.dtype.str):
        return {"t": "scalar", "d": v.dtype.str, "v": base64.b64encode(v.tobytes()).decode()}
    if isinstance(v, np.dtype) and _np_kind.match(v.str):
        return {"t": "dtype", "v": v.str}
    sparse = sys.modules.get("scipy.sparse")
    if sparse is not None and sparse.issparse(v):
        c = v.tocoo()
        part = lambda a: peer.pack(np.asarray(a), depth + 1)
        return {"t": "sparse", "f": v.format, "s": [int(n) for n in v.shape], "d": part(c.data), "i": part(c.row), "j": part(c.col), "a": not sparse.isspmatrix(v)}
    sympy = sys.modules.get("sympy")
    if sympy is not None and kind is sympy.Symbol:
        return {"t": "symbol", "v": v.name}
    return None


def unpack_science(peer, t, v, m):
    import numpy as np
    if t in ("array", "scalar", "dtype"):
        name = v if t == "dtype" else m["d"]
        if not _np_kind.match(name):
            raise Malformed("no element type")
        if t == "dtype":
            return np.dtype(name)
        a = np.frombuffer(base64.b64decode(v), dtype=np.dtype(name))
        if t == "scalar":
            return a[0]
        return a.reshape([int(n) for n in m["s"]]).copy()
    if t == "objects":
        a = np.empty(len(v), dtype=object)
        for i, x in enumerate(v):
            a[i] = peer.unpack(x)
        return a.reshape([int(n) for n in m["s"]])
    if t == "sparse":
        import scipy.sparse as sparse
        if m["f"] not in ("csr", "csc", "coo", "bsr", "lil", "dok", "dia"):
            raise Malformed("no sparse form")
        make = sparse.coo_array if m.get("a") else sparse.coo_matrix
        return make((peer.unpack(m["d"]), (peer.unpack(m["i"]), peer.unpack(m["j"]))), shape=tuple(int(n) for n in m["s"])).asformat(m["f"])
    if t == "symbol":
        import sympy
        return sympy.Symbol(str(v))
    raise Malformed("no value")


class Random:
    """The state of the random numbers of both sides, so that a test may set a
    seed and the program draws from it."""

    def __init__(self):
        self.last = None

    def give(self):
        import random
        np = sys.modules.get("numpy")
        kind, words, gauss = random.getstate()
        state = {"p": [list(words), gauss]}
        if np is not None:
            name, keys, pos, has, cached = np.random.get_state()
            if name == "MT19937":
                state["n"] = [base64.b64encode(keys.astype("<u4").tobytes()).decode(), int(pos), int(has), float(cached)]
        if state == self.last:
            return None
        self.last = state
        return state

    def take(self, state):
        import random
        words, gauss = state["p"]
        random.setstate((3, tuple(int(w) & 0xffffffff for w in words[:624]) + (int(words[624]),), None if gauss is None else float(gauss)))
        np = sys.modules.get("numpy")
        if np is not None and "n" in state:
            keys, pos, has, cached = state["n"]
            np.random.set_state(("MT19937", np.frombuffer(base64.b64decode(keys), dtype="<u4"), int(pos), int(has), float(cached)))
        self.last = state
