#!/usr/bin/env python3
"""Asks a real libvirtd which procedures its QEMU driver has and which flags they take; writes survey-qemu.json.

    rules.py --socket 'echo PATH' --facts testdata/facts/rpc-programs.json --out testdata/observed/survey-qemu.json

Drivers look at flags first, mostly: a call about an object that does not exist, with every bit set, names the
function that refuses them. Where that is not enough, each bit is tried alone, then the same about objects that
there are: a domain that is off, and one that runs. The daemon must be private to the run; QEMU has to start there.
"""

import argparse
import os
import sys
import uuid

import report
import wire
import world
from probe import KINDS, Subject
from survey import SKIP, refused

URI = "qemu:///system"
ABOUT = (
    "What libvirtd 11.3.0 answers for its QEMU driver, per procedure; made by conformance/survey/rules.py. "
    "supported: false where the answer is VIR_ERR_NO_SUPPORT with the name of the public function. unknown: the answer about an "
    "object that does not exist. flags.refused: bits per reporting function, with its error domain; flags.accepted: the other "
    "bits; flags.seen: about which object that was seen (none, off, running).")
DOMAIN = """<domain type='qemu'><name>full</name><uuid>11111111-1111-4111-8111-111111111111</uuid>
  <memory unit='KiB'>65536</memory><currentMemory unit='KiB'>65536</currentMemory><vcpu current='1'>4</vcpu><iothreads>1</iothreads>
  <os><type arch='x86_64'>hvm</type></os><devices>
  <disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='/run/libvirt/t/full.img'/><target dev='vda' bus='virtio'/><alias name='ua-disk'/></disk>
  <interface type='user'><mac address='52:54:00:00:00:01'/></interface>
  <console type='pty'/><graphics type='vnc' autoport='yes'/></devices></domain>"""
NETWORK = "<network><name>surveyed</name><uuid>22222222-2222-4222-8222-222222222220</uuid><bridge name='survbr0'/></network>"
POOL = "<pool type='dir'><name>surveyed</name><uuid>33333333-3333-4333-8333-333333333330</uuid><target><path>/run/libvirt/t</path></target></pool>"
SECRET = "<secret><uuid>44444444-1111-4111-8111-111111111110</uuid></secret>"
FILTER = "<filter name='surveyed'><uuid>55555555-1111-4111-8111-111111111110</uuid></filter>"
ALL = (1 << 32) - 1


def ident(text):
    return uuid.UUID(text).bytes


FOUND = {
    "domain": {"name": "full", "uuid": world.FULL_UUID, "id": -1},
    "network": {"name": "surveyed", "uuid": ident("22222222-2222-4222-8222-222222222220")},
    "pool": {"name": "surveyed", "uuid": ident("33333333-3333-4333-8333-333333333330")},
    "vol": {"pool": "surveyed", "name": "full.img", "key": "/run/libvirt/t/full.img"},
    "secret": {"uuid": ident("44444444-1111-4111-8111-111111111110"), "usageType": 0, "usageID": ""},
    "nwfilter": {"name": "surveyed", "uuid": ident("55555555-1111-4111-8111-111111111110")},
    "interface": {"name": "lo", "mac": "00:00:00:00:00:00"},
}
UNKNOWN = {
    "domain": {"name": "nosuch", "uuid": world.UNKNOWN_UUID, "id": -1},
    "network": {"name": "nosuch", "uuid": world.UNKNOWN_UUID}, "pool": {"name": "nosuch", "uuid": world.UNKNOWN_UUID},
    "vol": {"pool": "nosuch", "name": "nosuch", "key": "/nosuch"},
    "secret": {"uuid": world.UNKNOWN_UUID, "usageType": 0, "usageID": ""},
    "nwfilter": {"name": "nosuch", "uuid": world.UNKNOWN_UUID}, "binding": {"portdev": "nosuch", "filtername": "nosuch"},
    "interface": {"name": "nosuch", "mac": "00:00:00:00:00:01"},
}
for objects in (FOUND, UNKNOWN):
    objects["snapshot"] = {"name": "nosuch", "dom": objects["domain"]}
    objects["checkpoint"] = {"name": "nosuch", "dom": objects["domain"]}
    objects["port"] = {"net": objects["network"], "uuid": world.UNKNOWN_UUID}
# what would change this machine and not only its daemon
NEVER = {"node_suspend_for_duration", "node_set_memory_parameters", "node_alloc_pages"}


# calls that bring a descriptor along
FILES = {"domain_open_graphics", "domain_fd_associate", "domain_create_with_files", "domain_create_xml_with_files"}
# calls about a pool that is off
STOPPED = {"storage_pool_build", "storage_pool_delete"}


class Rules:
    def __init__(self, schema, path):
        self.schema, self.path = schema, path
        self.conn = None

    def connection(self):
        if self.conn is None:
            self.conn = wire.Connection(self.schema, self.path)
            self.conn.must("auth_list")
            self.conn.must("connect_open", {"name": URI, "flags": 0})
        return self.conn

    def call(self, name, args):
        fds = [os.open("/dev/null", os.O_RDWR)] if name in FILES else []
        try:
            return self.connection().call(name, args, fds)
        except (wire.Closed, TimeoutError) as e:
            self.conn = None
            return {"closed": repr(e)}
        finally:
            for fd in fds:
                os.close(fd)

    def arguments(self, s, objects, flags):
        args = {}
        for f in s.fields:
            kind = KINDS.get(f["type"])
            if kind and f["kind"] == "scalar":
                args[f["name"]] = objects.get(kind, UNKNOWN.get(kind))
        args.update(s.base)
        if s.object == ("name", "nodedev"):
            args["name"] = "computer" if objects is FOUND else "nosuch"
        if "flags" in {f["name"] for f in s.fields}:
            args["flags"] = flags
        return args

    def restore(self, running):
        """The objects as they are to be, whatever the last call has done."""
        self.call("storage_pool_define_xml", {"xml": POOL})
        self.call("storage_pool_create", {"pool": FOUND["pool"]})
        self.call("storage_vol_create_xml", {"pool": FOUND["pool"], "xml": "<volume><name>full.img</name><capacity>1048576</capacity></volume>"})
        self.call("network_define_xml", {"xml": NETWORK})
        self.call("secret_define_xml", {"xml": SECRET})
        self.call("nwfilter_define_xml", {"xml": FILTER})
        info = self.call("domain_get_info", {"dom": FOUND["domain"]})
        state = info.get("ok", {}).get("state")
        if state not in (None, 5) and not running:
            self.call("domain_destroy", {"dom": FOUND["domain"]})
        self.call("domain_define_xml", {"xml": DOMAIN})
        if running and state == 3:
            self.call("domain_resume", {"dom": FOUND["domain"]})
        elif running and state != 1:
            r = self.call("domain_create", {"dom": FOUND["domain"]})
            if "error" in r:
                raise RuntimeError(r)

    def prepare(self, s, running):
        self.restore(running)
        if s.name in STOPPED:
            self.call("storage_pool_destroy", {"pool": FOUND["pool"]})
        if s.name.startswith("domain_managed_save_"):
            self.restore(True)
            self.call("domain_managed_save", {"dom": FOUND["domain"]})

    def flags(self, s):
        out = {}
        for seen in ("none", "off", "running"):
            objects = UNKNOWN if seen == "none" else FOUND
            if seen != "none" and not s.object and not s.name.startswith("connect_"):
                break
            if seen == "running" and (not s.object or s.object[1] not in ("domain", "snapshot", "checkpoint")):
                break
            if seen != "none":
                self.prepare(s, seen == "running")
            r = self.call(s.name, self.arguments(s, objects, ALL))
            hit = refused(r)
            if hit:
                return {"refused": {hit[1]: hex(hit[0])}, "domain": r["error"]["domain"], "accepted": hex(ALL & ~hit[0]), "seen": seen}
            if s.name in NEVER:
                break
            mask, function, origin, answers = 0, None, 0, {}
            for bit in range(32):
                if seen != "none":
                    self.prepare(s, seen == "running")
                r = self.call(s.name, self.arguments(s, objects, 1 << bit))
                hit = refused(r)
                if hit:
                    mask, function, origin = mask | hit[0], hit[1], r["error"]["domain"]
                else:
                    answers[hex(1 << bit)] = r.get("error", {}).get("message", "ok")
            if function:
                return {"refused": {function: hex(mask)}, "domain": origin, "accepted": hex(ALL & ~mask), "seen": seen}
            out = {"accepted": hex(ALL), "answers": sorted(set(answers.values()))}
        return out

    def one(self, name):
        s = Subject(self.schema, name)
        row = {"program": s.proc["program"], "number": s.proc["number"]}
        if name in SKIP or name == "connect_open":
            return dict(row, supported=True)
        flagged = "flags" in {f["name"] for f in s.fields}
        args = self.arguments(s, UNKNOWN, ALL if name in NEVER else s.base.get("flags", 0))
        r = self.call(name, args)
        message = r.get("error", {}).get("message", "")
        row["supported"] = not (r.get("error", {}).get("code") == 3 and message.startswith("this function is not supported by the connection driver: vir"))
        row["unknown"] = r if "error" in r else {"ok": True} if "ok" in r else r
        if row["supported"] and flagged:
            row["flags"] = self.flags(s)
        return row


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--socket", required=True, help="command that prints the path of the daemon's socket")
    ap.add_argument("--facts", required=True)
    ap.add_argument("--out", required=True)
    ap.add_argument("procedure", nargs="*", help="only these, printed instead of written")
    a = ap.parse_args()
    schema = wire.Schema(a.facts)
    path = world.subprocess.check_output(a.socket, shell=True, text=True).strip()
    rules = Rules(schema, path)
    rules.restore(True)
    names = a.procedure or [n for n, p in schema.procs.items() if p["program"] in ("remote", "qemu", "lxc") and p["kind"] != "event"]
    rows = {}
    for i, name in enumerate(names):
        try:
            rows[name] = rules.one(name)
        except Exception as e:  # one procedure must not cost the others
            print(f"{name}: {e!r}", file=sys.stderr, flush=True)
            rows[name] = {"survey_failed": repr(e)}
        if i % 20 == 0:
            print(f"{i}/{len(names)} {name}", file=sys.stderr, flush=True)
    if a.procedure:
        print(report.text(rows))
    else:
        report.write(a.out, ABOUT, {"procedures": rows})


if __name__ == "__main__":
    main()
