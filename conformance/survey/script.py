"""Several steps in one world, watched by two connections: the one that makes the calls and an observer."""

import uuid

import wire
import world

SETTLE = 0.012  # seconds for events to arrive after a reply
KNOWN_EVENTS = range(28)


def ident(name):
    """A uuid that depends on nothing but the name, so that two runs give the same file."""
    return uuid.uuid5(uuid.NAMESPACE_DNS, name + ".survey")


def minimal(name, uid=None, inner="", extra="", memory=2048, vcpu=2):
    """A small domain document; uid "" leaves the uuid out."""
    uid = str(ident(name)) if uid is None else uid
    tag = f"<uuid>{uid}</uuid>" if uid else ""
    return (f"<domain type='test'><name>{name}</name>{tag}{inner}<memory>{memory}</memory><vcpu>{vcpu}</vcpu>"
            f"<os><type>hvm</type></os>{extra}</domain>")


def by(name):
    return {"name": name, "uuid": world.FULL_UUID if name == "full" else ident(name).bytes, "id": -1}


def compact_event(e):
    msg, name = e["msg"], e["event"].replace("domain_event_callback_", "").replace("domain_event_", "")
    if "msg" in msg and isinstance(msg["msg"], dict):
        msg = {"callbackID": msg.get("callbackID"), **msg["msg"]}
    d = msg.get("dom", {})
    rest = [v for k, v in msg.items() if k not in ("callbackID", "dom")]
    return [name, d.get("name"), d.get("id")] + rest


class Script:
    """steps is what happened, in the form that goes into the report.

    Whether an event comes before or after the reply on the caller's own connection is a race in the reference;
    early and late count both, over all scripts.
    """

    early = late = 0

    def __init__(self, reference, watch=True, uri=None):
        self.reference, self.watch, self.uri, self.steps = reference, watch, uri, []

    def __enter__(self):
        if self.uri:  # a private world: nobody else can watch it
            self.a, self.b = self.reference.connect(), None
            self.a.must("connect_open", {"name": self.uri})
        else:
            self.a = self.reference.fresh()
            self.b = self.reference.opened() if self.watch else None
        self.conns = [c for c in (self.a, self.b) if c]
        for c in self.conns:
            for n in KNOWN_EVENTS if self.watch else ():
                c.must("connect_domain_event_callback_register_any", {"eventID": n})
        return self

    def __exit__(self, *_):
        for c in self.conns:
            c.events.clear()
        self.reference.leave(*self.conns)

    def quiet(self, name, args=None):
        """A step that only prepares; its events are dropped."""
        r = self.a.must(name, args)
        if self.watch:
            for c in self.conns:
                c.drain(SETTLE)
        return r

    def look(self, name):
        """[state, reason, id, persistent, managed save], or null when there is no such domain."""
        r = self.a.call("domain_lookup_by_uuid", {"uuid": by(name)["uuid"]})
        if "error" in r:
            return None
        d = dict(by(name), name=r["ok"]["dom"]["name"])
        s = self.a.must("domain_get_state", {"dom": d})
        out = [s["state"], s["reason"], r["ok"]["dom"]["id"], self.a.must("domain_is_persistent", {"dom": d})["persistent"],
               self.a.must("domain_has_managed_save_image", {"dom": d})["result"]]
        return out + ([d["name"]] if d["name"] != name else [])

    def do(self, name, args=None, about=None, keep=True):
        """Make a call and note its answer, its events and the domain's new state."""
        args = args or {}
        shown = {k: v for k, v in args.items() if k not in ("dom",)}
        step = {"do": name}
        if "dom" in args and args["dom"]["name"] != "full":
            step["dom"] = args["dom"]["name"]
        if shown:
            step["args"] = wire.plain(shown)
        try:
            serial = self.a.send(name, args)
            r = self.a.receive(serial)
        except (wire.Closed, TimeoutError) as e:
            self.reference.revive()
            step["closed"] = str(e)
            self.steps.append(step)
            raise
        if "error" in r:
            step["error"] = r["error"]
        elif name == "connect_list_all_domains":  # their order changes with every process of the daemon
            step["ok"] = sorted([d["name"], d["id"]] for d in r["ok"]["domains"])
        elif r["ok"] is not None:
            step["ok"] = "xml" if isinstance(r["ok"], dict) and not keep else r["ok"]
        if self.watch:
            early = len(self.a.events)
            mine = [compact_event(e) for e in self.a.drain(SETTLE)]
            theirs = [compact_event(e) for e in self.b.drain(0)] if self.b else mine
            if mine:
                step["events"] = mine
            Script.early += early
            Script.late += len(mine) - early
            if theirs != mine:
                step["observer"] = theirs
        if about:
            step["then"] = self.look(about)
        self.steps.append(step)
        return r
