#!/usr/bin/env python3
"""Random calls to two daemons at the same time: everything that they answer has to be equal.

    duel.py --reference SOCKET --subject SOCKET --facts rpc-programs.json --survey survey.json --calls 10000 --seed 1

Calls come in sequences. Each begins with the fresh world of test:///default and runs over two connections to either
daemon; a call's result or error, and at the end all events of each connection in their order, are compared. The first
difference ends a sequence. `--only N` runs one sequence of a seed again and prints each of its steps.
Exit status 0: no difference; 1: differences, printed; 2: the reference is of no use.
"""

import argparse
import json
import random
import re
import sys
import time
import uuid

import report
import wire
import world
from arguments import BAD_XML, BASE, DISK, DISK_SAME, DOM2, FULL, IFACE2, NET2, POOL2, VOL2, VPORT, XML_FIELDS, spoil
from probe import KINDS

TRIED, ACCEPTED, HEARD = set(), {}, []  # so that "equal" is known not to mean "nothing happened"
LENGTH = 25  # calls in a sequence
DIR = "@DIR@"  # stands for the folder of the daemon in arguments and answers
FAMILIES = {"domain": 28, "network": 2, "storage_pool": 2, "node_device": 2}  # events to listen to

# calls that cannot be compared here, and why
LEFT_OUT = {
    "connect_open": "the sequences open", "connect_close": "the sequences close",
    "auth_list": "of the transport", "auth_sasl_init": "of the transport", "auth_sasl_start": "of the transport",
    "auth_sasl_step": "of the transport", "auth_polkit": "of the transport",
    "domain_fd_associate": "takes descriptors", "domain_open_graphics_fd": "takes descriptors",
    "domain_open_graphics": "takes descriptors", "domain_create_with_files": "takes descriptors",
    "domain_create_xml_with_files": "takes descriptors",
    "connect_get_sysinfo": "of the machine", "connect_get_capabilities": "of the machine", "connect_get_uri": "of the machine",
    "connect_domain_event_register": "the sequences listen in the modern form",
    "connect_domain_event_deregister": "the sequences listen in the modern form",
    "connect_domain_event_register_any": "the sequences listen in the modern form",
    "connect_domain_event_deregister_any": "the sequences listen in the modern form",
}

def d(name, number, **parts):
    body = "".join(f"<{k}>{v}</{k}>" for k, v in parts.items())
    return (f"<domain type='test'><name>{name}</name><uuid>{number * 8}-{number * 4}-4{number * 3}-8{number * 3}-{number * 12}</uuid>"
            f"<memory>{1024 * (1 + int(number, 16))}</memory>{body}<os><type>hvm</type></os></domain>")


DOMAINS = [
    FULL, DOM2, d("dom3", "5"), d("dom2", "6"), d("full", "4"), d("dom4", "7", vcpu=3, title="t"),
    d("dom5", "a", devices=DISK + "<interface type='network'><mac address='52:54:00:00:00:07'/><source network='default'/></interface>"),
    DOM2.replace("<memory>1024", "<memory>4096"), DOM2.replace("<os>", "<on_reboot>destroy</on_reboot><on_poweroff>preserve</on_poweroff><os>"),
]
NETWORKS = [
    NET2, NET2.replace("net2", "net3").replace("2222-2222", "2222-2223"), NET2.replace("net2", "default"),
    "<network><name>net2</name><uuid>22222222-2222-4222-8222-222222222222</uuid><bridge name='virbr9'/><forward/>"
    "<ip address='192.168.199.1' netmask='255.255.255.0'><dhcp><range start='192.168.199.2' end='192.168.199.254'/></dhcp></ip></network>",
]
POOLS = [
    POOL2, POOL2.replace("pool2", "pool3").replace("3333-3333", "3333-3334"), POOL2.replace("<name>pool2", "<name>default-pool"),
    POOL2.replace("type='dir'", "type='logical'").replace("<target>", "<source><name>vg</name></source><target>"),
]
VOLUMES = [
    VOL2, VOL2.replace("vol2", "vol1"), VOL2.replace("1048576", "5"), "<volume><name>vol3</name><capacity unit='G'>1</capacity></volume>",
    "<volume><name>vol4</name><capacity>1</capacity><target><format type='qcow2'/></target></volume>",
    "<volume><name>big</name><capacity unit='E'>4</capacity></volume>",
]
SNAPSHOTS = [f"<domainsnapshot><name>{n}</name></domainsnapshot>" for n in ("s1", "s2", "s3", "a/b")] + [
    "<domainsnapshot><name>s4</name><description>words</description><disks><disk name='vda' snapshot='external'/></disks></domainsnapshot>",
    "<domainsnapshot><name>s5</name><memory snapshot='no'/></domainsnapshot>",
    f"<domainsnapshot><name>s6</name><state>running</state><creationTime>1000</creationTime>{FULL}</domainsnapshot>",
    f"<domainsnapshot><name>s7</name><state>shutoff</state><parent><name>s6</name></parent><creationTime>1001</creationTime>{FULL}</domainsnapshot>",
]
CHECKPOINTS = [f"<domaincheckpoint><name>{n}</name></domaincheckpoint>" for n in ("c1", "c2", "c3")] + [
    "<domaincheckpoint><name>c4</name><disks><disk name='vda' checkpoint='bitmap'/></disks></domaincheckpoint>",
]
DEVICES = [DISK, DISK_SAME, "<interface type='user'><mac address='52:54:00:00:00:09'/></interface>",
           "<hostdev mode='subsystem' type='usb'><source><vendor id='1'/></source></hostdev>"]
DOCUMENTS = [
    ("snapshot", SNAPSHOTS), ("checkpoint", CHECKPOINTS), ("network_update", None), ("network", NETWORKS), ("storage_pool", POOLS),
    ("storage_vol", VOLUMES), ("interface", [IFACE2, IFACE2.replace("eth2", "eth1"), IFACE2.replace("eth2", "eth3").replace("ee:02", "ee:03")]),
    ("node_device", [VPORT, VPORT.replace("scsi_host1", "computer")]), ("device", DEVICES), ("domain", DOMAINS),
]
HOSTS = [f"<host mac='52:54:00:00:00:0{i}' name='h{i}' ip='192.168.122.{i}'/>" for i in (3, 4, 9)] + [
    "<range start='192.168.122.50' end='192.168.122.60'/>", "<portgroup name='p'/>", "<forwarder addr='1.2.3.4'/>", "<x/>"]


FILES = [DIR + "/image", DIR + "/image", DIR + "/save"]
# how a sequence may begin, so that there is something to work on
PRELUDE = [
    [("domain_define_xml", {"xml": FULL}), ("domain_create", {"dom": "full"})],
    [("domain_create_xml", {"xml_desc": FULL})],
    [("domain_define_xml", {"xml": FULL}), ("domain_create", {"dom": "full"}), ("domain_save", {"dom": "full", "to": DIR + "/image"})],
    [("domain_define_xml", {"xml": FULL}), ("domain_managed_save", {"dom": "test"})],
    [("domain_define_xml", {"xml": FULL}), ("domain_snapshot_create_xml", {"dom": "full", "xml_desc": SNAPSHOTS[0]}),
        ("domain_snapshot_create_xml", {"dom": "full", "xml_desc": SNAPSHOTS[1]})],
    [("domain_define_xml", {"xml": FULL}), ("domain_create", {"dom": "full"}), ("domain_checkpoint_create_xml", {"dom": "full", "xml_desc": CHECKPOINTS[0]})],
    [("network_define_xml", {"xml": NETWORKS[3]})],
    [("storage_pool_create_xml", {"xml": POOL2}), ("storage_vol_create_xml", {"pool": "pool2", "xml": VOL2})],
    [("storage_vol_create_xml", {"pool": "default-pool", "xml": VOLUMES[1]})],
    [],
]


def u(s):
    return uuid.UUID(s).bytes


NONE = world.UNKNOWN_UUID
DOMAIN_REFS = [{"name": n, "uuid": b, "id": -1} for n, b in (
    ("test", u("6695eb01-f6a4-8304-79aa-97f2502e193f")), ("full", world.FULL_UUID), ("full", world.FULL_UUID), ("dom2", u("44444444-4444-4444-8444-444444444444")),
    ("dom3", u("55555555-5555-4555-8555-555555555555")), ("dom4", u("77777777-7777-4777-8777-777777777777")),
    ("dom5", u("aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa")), ("nosuch", NONE))]
REFS = {
    "domain": DOMAIN_REFS,
    "network": [{"name": n, "uuid": u(b)} for n, b in (
        ("default", "dd8fe884-6c02-601e-7551-cca97df1c5df"), ("default", "dd8fe884-6c02-601e-7551-cca97df1c5df"), ("net2", "22222222-2222-4222-8222-222222222222"),
        ("net3", "22222222-2223-4222-8222-222222222222"), ("nosuch", "00000000-0000-4000-8000-0000000000ff"))],
    "pool": [{"name": n, "uuid": u(b)} for n, b in (
        ("default-pool", "dfe224cb-28fb-8dd0-c4b2-64eb3f0f4566"), ("default-pool", "dfe224cb-28fb-8dd0-c4b2-64eb3f0f4566"), ("pool2", "33333333-3333-4333-8333-333333333333"),
        ("pool3", "33333333-3334-4333-8333-333333333333"), ("nosuch", "00000000-0000-4000-8000-0000000000ff"))],
    "vol": [{"pool": p, "name": n, "key": f"/{p}/{n}"} for p in ("default-pool", "pool2") for n in ("vol1", "vol2", "vol3", "nosuch")],
    "interface": [{"name": n, "mac": m} for n, m in (("eth1", "aa:bb:cc:dd:ee:ff"), ("eth2", "aa:bb:cc:dd:ee:02"), ("nosuch", "0"))],
    "secret": [{"uuid": NONE, "usageType": 0, "usageID": ""}], "nwfilter": [{"name": "f", "uuid": NONE}],
    "binding": [{"portdev": "vnet0", "filtername": "f"}], "port": [{"net": {"name": "default"}, "uuid": NONE}],
}
NAMES = {
    "domain": ["test", "full", "dom2", "dom3", "dom4", "nosuch", ""], "network": ["default", "net2", "net3", "nosuch"],
    "storage_pool": ["default-pool", "pool2", "pool3", "nosuch"], "storage_vol": ["vol1", "vol2", "vol3", "nosuch"],
    "interface": ["eth1", "eth2", "nosuch"], "node_device": ["scsi_host1", "computer", "scsi_host12", "nosuch"],
    "snapshot": ["s1", "s2", "s3", "s4", "nosuch"], "checkpoint": ["c1", "c2", "nosuch"],
}


class Side:
    """One daemon: two connections to the world, both listening to everything."""

    def __init__(self, schema, path):
        self.schema, self.path = schema, path
        self.dir = re.sub(r"/s(/slow)?/libvirt-sock$", "/t", path)
        self.reference = world.Reference(schema, "echo " + path)

    def begin(self):
        self.conns = [self.reference.fresh(), self.reference.opened()]
        for c in self.conns:
            for family, n in FAMILIES.items():
                name = "connect_domain_event_callback_register_any" if family == "domain" else f"connect_{family}_event_register_any"
                for i in range(n):
                    c.call(name, {"eventID": i})
            c.events.clear()

    def place(self, v, there, here):
        """v with one name of the folder for the other."""
        if isinstance(v, str):
            return v.replace(there, here)
        if isinstance(v, dict):
            return {k: self.place(x, there, here) for k, x in v.items()}
        if isinstance(v, (list, tuple)):
            return type(v)(self.place(x, there, here) for x in v)
        return v

    def call(self, which, name, args):
        return self.place(self.conns[which].call(name, self.place(args, DIR, self.dir)), self.dir, DIR)

    def events(self):
        return [[(e["event"], e["msg"]) for e in c.drain(0)] for c in self.conns]

    def end(self):
        self.reference.leave(*self.conns)


def chance(r, p):
    return r.random() < p


def document(r, name):
    if chance(r, 0.05):
        return r.choice(BAD_XML)
    if name == "network_update":
        return r.choice(HOSTS)
    for key, docs in DOCUMENTS:
        if key in name:
            return r.choice(docs)
    return r.choice(DOMAINS)


def flags(r):
    x = r.random()
    if x < 0.55:
        return 0
    if x < 0.85:
        return r.randrange(1, 16)
    f = 1 << r.randrange(32)
    return f | 1 << r.randrange(32) if chance(r, 0.3) else f


def argument(r, schema, name, field, base):
    """A value for one field of a call: mostly a sensible one."""
    resolved = schema.resolve(field)
    fname, kind = field["name"], KINDS.get(field["type"])
    if kind in ("snapshot", "checkpoint"):
        return {"name": r.choice(NAMES[kind]), "dom": r.choice(DOMAIN_REFS)}
    if kind and field["kind"] in ("scalar", "optional"):
        return None if field["kind"] == "optional" and chance(r, 0.5) else r.choice(REFS[kind])
    if fname in ("doms", "secret", "dom", "net", "pool", "dev", "nodeDevice") and field["kind"] == "array":
        return [r.choice(DOMAIN_REFS) for _ in range(r.randrange(3))]
    if fname == "flags":
        return flags(r)
    if fname in XML_FIELDS or fname == "xmlCPUs":
        return document(r, name) if resolved["kind"] != "array" else base
    if fname in ("to", "from", "file") and chance(r, 0.85):
        return r.choice(FILES)
    if fname == "nparams" and chance(r, 0.9):
        return r.choice((0, base, base))
    if fname.startswith("max"):  # a short list would show the order of a hash table
        return 64 if not chance(r, 0.05) else -1
    if fname == "dxml" and chance(r, 0.6):
        return None if field["kind"] == "optional" or resolved["kind"] == "optional" else FULL
    if fname == "uuid":
        family = "pool" if "pool" in name else "network" if "network" in name else "domain"
        return r.choice(REFS[family])["uuid"]
    if fname == "name" or fname == "new_name":
        for key in ("snapshot", "checkpoint", "network", "storage_pool", "storage_vol", "interface", "node_device", "domain"):
            if key in name:
                return r.choice(NAMES[key])
    if fname == "callbackID":
        return 99  # the ids of a daemon count over all of its connections
    if fname == "need_results":
        return 1
    x = r.random()
    if x < 0.7 and base is not None:
        return base
    choices = spoil(field, resolved, base)
    return r.choice(choices) if choices else base


def named(v):
    """The object that a prelude calls by its name."""
    return next((ref for family in ("domain", "pool") for ref in REFS[family] if ref["name"] == v), v) if isinstance(v, str) else v


# what moves the world on is called more often than what only looks at it
BUSY = re.compile(r"_(create|define|destroy|undefine|suspend|resume|shutdown|reboot|revert|delete|save|restore|attach|detach|update|set|rename)")


def make(r, schema, names, weights):
    """One step: the connection that makes it, the call, its arguments."""
    name = r.choices(names, weights)[0]
    args = {f["name"]: argument(r, schema, name, f, BASE.get(name, {}).get(f["name"])) for f in schema.fields(name)}
    args = {k: v.replace("/run/libvirt/t", DIR) if isinstance(v, str) else v for k, v in args.items()}
    if "params" in args and isinstance(args["params"], list):
        args["params"] = [dict(p, value=(p["value"][0], p["value"][1].replace("/run/libvirt/t", DIR))) if isinstance(p.get("value"), tuple) and isinstance(
            p["value"][1], str) else p for p in args["params"]]
    return r.randrange(2), name, args


MOVING = re.compile(
    r"(<creationTime>)\d+(</creationTime>)"
    # the number of some error long past, which the reference has not cleared
    r"|(failed to read metadata length in '[^']*': ).*"
    # the words of the library that compares with a schema
    r"|(Unable to validate doc against \S+\n)[^$]*")
STALE = re.compile("failed to read metadata length")
UNORDERED = re.compile(r"list|num_of|_stats|names|children|sources")


def steady(name, v):
    """An answer without what depends on the time or on the order of a hash table."""
    if isinstance(v, str):
        return MOVING.sub(lambda m: "".join(g or "" for g in m.groups()), v)
    if isinstance(v, dict):
        if STALE.search(str(v.get("message"))):
            v = {k: x for k, x in v.items() if k != "int1"}
        return {k: steady(name, x) for k, x in v.items() if k not in ("callbackID", "uuid") or k == "uuid" and isinstance(x, str)}
    if isinstance(v, (list, tuple)):
        v = [steady(name, x) for x in v]
        return sorted(v, key=repr) if UNORDERED.search(name) else v
    return v


def same(a, b):
    if isinstance(a, dict) and isinstance(b, dict):
        return set(a) == set(b) and all(same(v, b[k]) for k, v in a.items())
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b))
    if isinstance(a, int) and isinstance(b, int) and min(a, b) > 10**8:
        return abs(a - b) < a / 1000  # clocks
    return a == b


def settle(sides):
    """All events of both daemons, when they are as many, or when there has been time enough."""
    got = [[[], []] for _ in sides]
    end = time.monotonic() + 0.3
    while True:
        for mine, side in zip(got, sides):
            for have, new in zip(mine, side.events()):
                have += new
        if [len(x) for x in got[0]] == [len(x) for x in got[1]] and time.monotonic() > end - 0.28 or time.monotonic() > end:
            return [[[(n, steady(n, m)) for n, m in conn] for conn in mine] for mine in got]
        time.sleep(0.002)


def show(v):
    s = json.dumps(wire.plain(v), ensure_ascii=True)
    return s if len(s) < 1500 else s[:1500] + "..."


def play(r, schema, sides, names, weights, skip, length, verbose):
    """One sequence; returns (calls made, None or a difference, its kind)."""
    for s in sides:
        s.begin()
    steps, calls = [], 0
    planned = [(n, {k: named(v) for k, v in args.items()}) for n, args in r.choice(PRELUDE)]
    try:
        for i in range(length):
            if i < len(planned):
                which, (name, args) = 0, planned[i]
            else:
                which, name, args = make(r, schema, names, weights)
            if name in skip:
                return calls, None, None
            steps.append((which, name, args))
            TRIED.add(name)
            answers = [s.call(which, name, args) for s in sides]
            calls += 1
            if verbose:
                print(f"  {'ab'[which]} {name} {show(args)}\n      -> {show(answers[0])}")
            if "govirtd: not implemented yet" in show(answers[1]):
                return calls, None, "not yet: " + name
            if "ok" in answers[0]:
                ACCEPTED[name] = ACCEPTED.get(name, 0) + 1
            ref, got = (steady(name, a) for a in answers)
            if not same(ref, got):
                return calls, (steps, f"reference {show(ref)}\n    subject   {show(got)}"), name
        ref, got = settle(sides)
        HEARD.extend(n for conn in ref for n, _ in conn)
        if not same(ref, got):
            for c in (0, 1):
                for i in range(max(len(ref[c]), len(got[c]))):
                    x, y = (z[c][i] if i < len(z[c]) else None for z in (ref, got))
                    if not same(x, y):
                        return calls, (steps, f"event {i} of connection {'ab'[c]}\n    reference {show(x)}\n    subject   {show(y)}"), "events"
        return calls, None, None
    finally:
        for s in sides:
            s.end()


def supported(path):
    with open(path, encoding="utf-8") as f:
        procs = json.load(f)["procedures"]
    return {n for n, p in procs.items() if p.get("supported")}


def unfinished(side, schema, names):
    """The calls that the subject does not have yet."""
    side.begin()
    out = []
    for n in names:
        base = {f["name"]: BASE.get(n, {}).get(f["name"]) for f in schema.fields(n)}
        if "govirtd: not implemented yet" in show(side.call(0, n, base)):
            out.append(n)
    side.end()
    return out


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("reference", "subject", "facts", "survey"):
        ap.add_argument("--" + name, required=True)
    ap.add_argument("--calls", type=int, default=10000)
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--only", type=int, help="run only the sequence of that number and print its steps")
    ap.add_argument("--out", help="write which calls were accepted, how often, if nothing differed")
    ap.add_argument("--procedures", default="", help="a pattern; only calls that it finds")
    a = ap.parse_args()
    schema = wire.Schema(a.facts)
    names = sorted(n for n in supported(a.survey) if n in schema.procs and n not in LEFT_OUT and not schema.procs[n].get("stream")
                   and "." not in n and re.search(a.procedures, n))
    weights = [4 if BUSY.search(n) else 1 for n in names]
    sides = [Side(schema, a.reference), Side(schema, a.subject)]
    missing = unfinished(sides[1], schema, names)
    weights = [0 if n in missing else w for n, w in zip(names, weights)]
    calls = sequence = 0
    different, waiting = {}, {}
    while calls < a.calls or a.only is not None:
        if a.only is not None:
            sequence = a.only
        r = random.Random(f"{a.seed}/{sequence}")
        try:
            n, difference, kind = play(r, schema, sides, names, weights, missing, LENGTH, a.only is not None)
        except (wire.Closed, TimeoutError) as e:
            print(f"seed {a.seed} sequence {sequence}: a connection ended: {e}")
            return 2
        calls += n
        if difference:
            different.setdefault(kind, []).append((sequence, difference))
        elif kind:
            waiting[kind] = waiting.get(kind, 0) + 1
        if a.only is not None:
            break
        sequence += 1
    for kind, found in sorted(different.items()):
        sequence, (steps, text) = found[0]
        print(f"{kind}: {len(found)} different, the first in sequence {sequence} (--seed {a.seed} --only {sequence}):")
        for which, name, args in steps[-6:]:
            print(f"    {'ab'[which]} {name} {show(args)}")
        print("    " + text)
    for kind, n in sorted(waiting.items()):
        print(f"{kind}: {n} sequences ended early")
    refused = sorted(TRIED - set(ACCEPTED))
    if refused:
        print("never accepted by the reference: " + ", ".join(refused))
    print(f"{sum(ACCEPTED.values())} calls were accepted, {len(HEARD)} events of {len(set(HEARD))} kinds were compared")
    if missing:
        print(f"{len(missing)} procedures are not there yet")
    print(f"{calls} calls, {len(names) - len(missing)} procedures, {sum(map(len, different.values()))} differences")
    if a.out and not different:
        with open(a.out, "w", encoding="utf-8") as f:
            about = ("Random calls to govirtd in the strict mode and to libvirtd 11.3.0 at once, without a difference: how many "
                "of each procedure both accepted. Made by conformance/survey/duel.py.")
            f.write(report.text({"about": about, "seed": a.seed, "calls": calls, "events": len(HEARD), "accepted": dict(sorted(ACCEPTED.items()))}) + "\n")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
