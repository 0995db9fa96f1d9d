# The channel between the box of the tests and the box of the program. Both sides
# run this text. Values cross as data; what is no value stays where it is and the
# other side gets a proxy for it. Nothing here unpickles or evaluates anything.
import base64
import builtins
import collections
import datetime
import decimal
import fractions
import json
import os
import struct
import sys
import types

BOX = os.environ.get("BOX", "/box")
MOST_FRAME = 64 << 20
MOST_ITEMS = 1 << 20


class Lost(BaseException):
    """The other side has gone."""


class RemoteError(Exception):
    """An exception of the other side whose type is not known here."""


class Malformed(Exception):
    """The other side sent what is no value."""


class Proxy:
    """Something of the other side. It equals itself only, so that no object of a
    program can claim to be what a test expects; operators reach the other side
    only when both operands live there."""

    __slots__ = ("_peer", "_id", "_name")

    def __init__(self, peer, id, name):
        object.__setattr__(self, "_peer", peer)
        object.__setattr__(self, "_id", id)
        object.__setattr__(self, "_name", name)

    def __call__(self, *args, **kwargs):
        return self._peer.call(self, args, kwargs)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self._peer.ask({"q": "getattr", "id": self._id, "name": name})

    def __setattr__(self, name, value):
        self._peer.ask({"q": "setattr", "id": self._id, "name": name, "v": self._peer.pack(value)})

    def __getitem__(self, key):
        return self._peer.ask({"q": "getitem", "id": self._id, "key": self._peer.pack(key)})

    def __setitem__(self, key, value):
        self._peer.ask({"q": "setitem", "id": self._id, "key": self._peer.pack(key), "v": self._peer.pack(value)})

    def __len__(self):
        n = self._peer.ask({"q": "len", "id": self._id})
        if type(n) is not int or n < 0:
            raise Malformed("a length that is none")
        return n

    def __bool__(self):
        return True

    def __iter__(self):
        return iter(self._peer.ask({"q": "list", "id": self._id}))

    def __enter__(self):
        return self._peer.ask({"q": "getattr", "id": self._id, "name": "__enter__"})()

    def __exit__(self, *a):
        self._peer.ask({"q": "getattr", "id": self._id, "name": "__exit__"})(None, None, None)

    def __str__(self):
        return str(self._peer.ask({"q": "str", "id": self._id}))

    def __repr__(self):
        return "<%s of the program>" % self._name

    __hash__ = object.__hash__


def _operator(name):
    def method(self, other):
        if type(other) is not Proxy:
            return NotImplemented
        return self._peer.ask({"q": "op", "id": self._id, "name": name, "other": other._id})
    return method


OPERATORS = ("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__add__", "__sub__", "__mul__", "__truediv__", "__matmul__")
for _name in OPERATORS:
    setattr(Proxy, _name, _operator(_name))


class Peer:
    """One end of the channel. exposed(value) says which objects of this side the
    other may hold, and readable(value) of which it may read attributes."""

    def __init__(self, fd, exposed, readable):
        self.reader = os.fdopen(os.dup(fd), "rb", buffering=1 << 16)
        self.writer = os.fdopen(os.dup(fd), "wb", buffering=0)
        self.exposed, self.readable = exposed, readable
        self.objects, self.ids, self.proxies = {}, {}, {}
        self.random = None  # set where the state of random numbers goes with calls
        self.asked = 0

    # frames

    def send(self, message):
        data = json.dumps(message, allow_nan=False).encode("ascii")
        if len(data) > MOST_FRAME:
            raise ValueError("a value is too large to hand over: %d bytes" % len(data))
        data = struct.pack(">I", len(data)) + data
        while data:
            data = data[self.writer.write(data):]

    def receive(self):
        head = self.reader.read(4)
        if len(head) < 4:
            raise Lost()
        n = struct.unpack(">I", head)[0]
        if n > MOST_FRAME:
            raise Lost()
        data = self.reader.read(n)
        if len(data) < n:
            raise Lost()
        try:
            m = json.loads(data)
        except (ValueError, RecursionError):
            m = None
        if type(m) is not dict:
            raise Malformed("a message that is none")
        return m

    # requests

    def ask(self, request, args=()):
        self.asked += 1
        self.send(request)
        while True:
            m = self.receive()
            if "q" in m:
                self.send(self.answer(m))
                continue
            if "e" in m:
                self.throw(m["e"])
            if self.random is not None and m.get("rng"):
                self.random.take(m["rng"])
            try:
                for i, v in (m.get("changed") or {}).items():
                    renew(args[int(i)], self.unpack(v))
                return self.unpack(m["r"])
            except (Lost, Malformed):
                raise
            except Exception as e:
                raise Malformed("a value that is none: %s" % e)

    def call(self, target, args, kwargs):
        request = {"q": "call", "id": target._id, "args": [self.pack(a) for a in args], "kwargs": {k: self.pack(v) for k, v in kwargs.items()}}
        if self.random is not None:
            request["rng"] = self.random.give()
        return self.ask(request, args)

    def throw(self, e):
        kind = getattr(builtins, str(e.get("type")), None)
        text = str(e.get("text"))[:4000]
        if not (isinstance(kind, type) and issubclass(kind, Exception)):
            kind = RemoteError
        try:
            err = kind(text)
        except Exception:
            err = RemoteError(text)
        err.of_program = "%s: %s" % (e.get("type"), text) if text else str(e.get("type"))
        raise err

    def answer(self, m):
        try:
            return self.reply(m)
        except Lost:
            raise
        except BaseException as e:
            text = ""
            try:
                text = str(e)[:4000]
            except BaseException:
                pass
            return {"e": {"type": type(e).__name__[:200], "text": text}}

    def reply(self, m):
        q = m["q"]
        if q == "load":
            return self.load(m)
        if q == "name":
            return {"r": self.pack(self.named(m["name"]))}
        target = self.objects[m["id"]]
        if q == "call":
            if self.random is not None and m.get("rng"):
                self.random.take(m["rng"])
            args = [self.unpack(a) for a in m["args"]]
            out = target(*args, **{k: self.unpack(v) for k, v in m["kwargs"].items()})
            r = {"r": self.pack(out)}
            changed = {}
            for i, a in enumerate(args):
                if mutable(a):
                    now = self.pack(a)
                    if now != m["args"][i]:
                        changed[str(i)] = now
            if changed:
                r["changed"] = changed
            if self.random is not None:
                r["rng"] = self.random.give()
            return r
        if not self.readable(target):
            raise TypeError("only calls are possible on this object")
        if q == "getattr":
            if m["name"].startswith("_") and not self.readable(None):
                raise AttributeError(m["name"])
            return {"r": self.pack(getattr(target, m["name"]))}
        if q == "setattr":
            if m["name"].startswith("_") and not self.readable(None):
                raise AttributeError(m["name"])
            setattr(target, m["name"], self.unpack(m["v"]))
            return {"r": None}
        if q == "getitem":
            return {"r": self.pack(target[self.unpack(m["key"])])}
        if q == "setitem":
            target[self.unpack(m["key"])] = self.unpack(m["v"])
            return {"r": None}
        if q == "len":
            return {"r": len(target)}
        if q == "list":
            return {"r": [self.pack(v) for v in bounded(target)]}
        if q == "str":
            return {"r": str(target)[:1 << 20]}
        if q == "op" and m["name"] in OPERATORS:
            out = getattr(type(target), m["name"])(target, self.objects[m["other"]])
            if out is NotImplemented:
                if m["name"] in ("__eq__", "__ne__"):
                    out = (target is self.objects[m["other"]]) == (m["name"] == "__eq__")
                else:
                    raise TypeError("unsupported operands")
            return {"r": self.pack(out)}
        raise ValueError("unknown request")

    # values

    def pack(self, v, depth=0):
        if depth > 200:
            raise ValueError("a value is nested too deep to hand over")
        kind = type(v)
        if v is None or kind is bool or kind is str:
            return v
        if kind is int:
            return v if -(1 << 53) <= v <= 1 << 53 else {"t": "int", "v": hex(v)}
        if kind is float:
            return v if v == v and v not in (float("inf"), float("-inf")) else {"t": "float", "v": repr(v)}
        each = lambda vs: [self.pack(x, depth + 1) for x in vs]
        if kind is list:
            return each(v)
        if kind is tuple:
            return {"t": "tuple", "v": each(v)}
        if kind is dict:
            return {"t": "dict", "v": [[self.pack(k, depth + 1), self.pack(x, depth + 1)] for k, x in v.items()]}
        if kind in (set, frozenset):
            return {"t": kind.__name__, "v": each(v)}
        if kind in (bytes, bytearray):
            return {"t": kind.__name__, "v": base64.b64encode(v).decode()}
        if kind is complex:
            return {"t": "complex", "v": [repr(v.real), repr(v.imag)]}
        if kind in (range, slice):
            return {"t": kind.__name__, "v": [v.start, v.stop, v.step]}
        if kind is decimal.Decimal:
            return {"t": "decimal", "v": str(v)}
        if kind is fractions.Fraction:
            return {"t": "fraction", "v": [self.pack(v.numerator), self.pack(v.denominator)]}
        if kind in (datetime.date, datetime.datetime, datetime.time) and getattr(v, "tzinfo", None) is None:
            return {"t": kind.__name__, "v": v.isoformat()}
        if kind is datetime.timedelta:
            return {"t": "timedelta", "v": [v.days, v.seconds, v.microseconds]}
        if kind is collections.deque:
            return {"t": "deque", "v": each(v)}
        if kind is type and getattr(builtins, v.__name__, None) is v:
            return {"t": "type", "v": v.__name__}
        if kind is Proxy:
            return {"t": "own", "v": v._id}
        out = pack_science(self, v, kind, depth)
        if out is not None:
            return out
        for base, plain in ((bool, bool), (int, int), (float, float), (str, str), (list, list), (tuple, tuple), (dict, dict), (set, set), (frozenset, frozenset), (bytes, bytes)):
            if isinstance(v, base):
                return self.pack(plain(v), depth + 1)
        if isinstance(v, (type({}.keys()), type({}.items()))):
            return {"t": "set", "v": each(v)} if all(isinstance(x, collections.abc.Hashable) for x in v) else each(v)
        if isinstance(v, type({}.values())):
            return each(v)
        if hasattr(kind, "__next__") and hasattr(kind, "__iter__") and self.readable(None):
            return {"t": "iter", "v": each(bounded(v))}
        if not self.exposed(v):
            raise TypeError("a %s cannot be handed to the program" % kind.__name__)
        key = id(v)
        if key not in self.ids:
            self.ids[key] = len(self.objects) + 1
            self.objects[self.ids[key]] = v
        return {"t": "ref", "v": self.ids[key], "name": str(getattr(v, "__name__", kind.__name__))[:100]}

    def unpack(self, m):
        if m is None or type(m) in (bool, int, float, str):
            return m
        if type(m) is list:
            return [self.unpack(x) for x in m]
        t, v = m["t"], m.get("v")
        if t == "int":
            return int(v, 16)
        if t == "float":
            return float({"nan": "nan", "inf": "inf", "-inf": "-inf"}[v])
        if t in ("tuple", "set", "frozenset", "deque", "iter"):
            make = {"tuple": tuple, "set": set, "frozenset": frozenset, "deque": collections.deque, "iter": iter}[t]
            return make([self.unpack(x) for x in v])
        if t == "dict":
            return {self.unpack(k): self.unpack(x) for k, x in v}
        if t in ("bytes", "bytearray"):
            return {"bytes": bytes, "bytearray": bytearray}[t](base64.b64decode(v))
        if t == "complex":
            return complex(float(v[0]), float(v[1]))
        if t in ("range", "slice"):
            return {"range": range, "slice": slice}[t](*v)
        if t == "decimal":
            return decimal.Decimal(v)
        if t == "fraction":
            return fractions.Fraction(self.unpack(v[0]), self.unpack(v[1]))
        if t in ("date", "datetime", "time"):
            return getattr(datetime, t).fromisoformat(v)
        if t == "timedelta":
            return datetime.timedelta(*v)
        if t == "type":
            kind = getattr(builtins, v)
            if type(kind) is not type:
                raise Malformed("no type")
            return kind
        if t == "own":
            return self.objects[v]
        if t == "ref":
            if type(v) is not int:
                raise Malformed("no reference")
            if v not in self.proxies:
                self.proxies[v] = Proxy(self, v, str(m.get("name"))[:100])
            return self.proxies[v]
        return unpack_science(self, t, v, m)

    def named(self, name):
        raise NameError(name)

    def load(self, m):
        raise TypeError("nothing can be loaded here")


def bounded(values):
    out = []
    for v in values:
        if len(out) == MOST_ITEMS:
            raise ValueError("more than %d values" % MOST_ITEMS)
        out.append(v)
    return out


def mutable(v):
    return type(v) in (list, dict, set, bytearray, collections.deque) or type(v).__module__ == "numpy" and type(v).__name__ == "ndarray"


def renew(old, new):
    """Shows in an argument what the call did to it."""
    if type(old) is not type(new):
        return
    if type(old) is list or type(old) is bytearray:
        old[:] = new
    elif type(old) in (dict, set):
        old.clear()
        old.update(new)
    elif type(old) is collections.deque:
        old.clear()
        old.extend(new)
    elif old.shape == new.shape and old.dtype == new.dtype and old.flags.writeable:
        old[...] = new
