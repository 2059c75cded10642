#!/usr/bin/env python3
"""What libvirt's schemas allow and its daemon does not keep: elements, attributes and values that domxml loses as well.

    lost.py --socket COMMAND --facts rpc-programs.json --tried FILE --out FILE

FILE of --tried is what `go test ./domxml -run TestCoverage -tried FILE` writes: for every thing that is lost there all
the documents that were made around it. Each is defined here by all who read such documents. A thing that is in one of the
reference's own documents then is printed as kept, and is a mistake of domxml; the others are written to --out.
"""

import argparse
import json
import re
import shlex
import subprocess
import sys
import xml.parsers.expat

import wire

SECURE, INACTIVE = 1, 2
UUID = "11111111-2222-3333-4444-555555555555"
VOLUMES_IN = ("dir", "fs", "netfs", "logical", "disk", "iscsi", "scsi", "mpath", "rbd", "zfs", "gluster", "vstorage", "iscsi-direct")


def keeps(text, path, want):
    """Whether a document has an element at the path, and there what is wanted: "=", "=text", "@name", "@name=value"."""
    at, found = [], []
    parent, last = path.rsplit("/", 1)

    def start(name, attrs):
        if last == "*" and "/" + "/".join(at) == parent:
            found.append(name)
        at.append(name)
        if "/" + "/".join(at) == path:
            if not want or any(want in (f"@{k}", f"@{k}={v}") for k, v in attrs.items()):
                found.append(name)

    def data(s):
        if want.startswith("=") and "/" + "/".join(at) == path and (s.strip() == want[1:] or want == "=" and s.strip()):
            found.append(s)

    p = xml.parsers.expat.ParserCreate()
    p.buffer_text = True
    p.StartElementHandler, p.CharacterDataHandler = start, data
    p.EndElementHandler = lambda _: at.pop()
    p.Parse(text, True)
    return bool(found)


def handle(v):
    """An object as a call wants it: wire has made texts of the uuids."""
    if isinstance(v, dict):
        return {k: bytes.fromhex(x) if k == "uuid" and isinstance(x, str) else handle(x) for k, x in v.items()}
    return v


class Asked:
    """The reference, with a connection for each scheme."""

    def __init__(self, schema, path):
        self.conns, self.snapshots_of = {}, None
        for uri in ("test:///default", "qemu:///system"):
            c = self.conns[uri] = wire.Connection(schema, path, timeout=60)
            c.must("auth_list")
            c.must("connect_open", {"name": uri, "flags": 0})
        self.test, self.qemu = self.conns.values()
        for kind in VOLUMES_IN:
            xml = (f"<pool type='{kind}'><name>of-{kind}</name><source><name>s-{kind}</name><host name='h-{kind}'/><dir path='/d-{kind}'/><device path='/d-{kind}'/>"
                   "<initiator><iqn name='i'/></initiator><format type='auto'/>"
                   f"<adapter name='host1'/></source><target><path>/p-{kind}</path></target></pool>")
            for doc in (xml, re.sub("<(format|adapter) .*?/>", "", xml)):
                r = self.test.call("storage_pool_create_xml", {"xml": doc, "flags": 0})
                if "ok" in r:
                    break
            else:
                sys.exit(f"no pool of type {kind}: {r}")

    @staticmethod
    def shown(c, name, args, field, show, flags, remove):
        """Makes an object, and is its document or the error."""
        r = c.call(name, args)
        if "error" in r:
            return None, r["error"]["message"]
        o = handle(r["ok"][field])
        text = c.call(show, {field: o, "flags": flags})
        if not any("ok" in c.call(verb, {field: o, **more}) for verb, more in remove):
            sys.exit(f"{o} stays: {args}")
        return (text["ok"]["xml"], "") if "ok" in text else (None, text["error"]["message"])

    def domain(self, doc):
        test = re.sub("<domain type='[^']*'", "<domain type='test'", doc, count=1)
        gone = [("domain_undefine", {}), ("domain_undefine_flags", {"flags": 4})]
        yield self.shown(self.test, "domain_define_xml", {"xml": test}, "dom", "domain_get_xml_desc", SECURE | INACTIVE, gone)
        yield self.shown(self.test, "domain_create_xml", {"xml_desc": test, "flags": 0}, "dom", "domain_get_xml_desc", SECURE, [("domain_destroy", {})])
        yield self.shown(self.qemu, "domain_define_xml", {"xml": doc}, "dom", "domain_get_xml_desc", SECURE | INACTIVE, gone)

    def network(self, doc):
        yield self.shown(self.test, "network_define_xml", {"xml": doc}, "net", "network_get_xml_desc", 0, [("network_undefine", {})])
        yield self.shown(self.test, "network_create_xml", {"xml": doc}, "net", "network_get_xml_desc", 0, [("network_destroy", {})])

    def networkport(self, doc):
        net = self.qemu.call("network_lookup_by_name", {"name": "lost"})
        if "error" in net:
            xml = "<network><name>lost</name><bridge name='lost0'/><forward mode='open'/><ip address='10.99.0.1' prefix='24'/></network>"
            net = self.qemu.call("network_create_xml", {"xml": xml})
        if "error" in net:
            yield None, "no network: " + net["error"]["message"]
            return
        yield self.shown(self.qemu, "network_port_create_xml", {"network": handle(net["ok"]["net"]), "xml": doc, "flags": 0}, "port",
                         "network_port_get_xml_desc", 0, [("network_port_delete", {"flags": 0})])

    def storagepool(self, doc):
        yield self.shown(self.test, "storage_pool_define_xml", {"xml": doc, "flags": 0}, "pool", "storage_pool_get_xml_desc", 0, [("storage_pool_undefine", {})])
        yield self.shown(self.test, "storage_pool_create_xml", {"xml": doc, "flags": 0}, "pool", "storage_pool_get_xml_desc", 0, [("storage_pool_destroy", {})])

    def storagevol(self, doc):
        for kind in VOLUMES_IN:
            pool = self.test.call("storage_pool_lookup_by_name", {"name": "of-" + kind})
            if "ok" in pool:
                yield self.shown(self.test, "storage_vol_create_xml", {"pool": handle(pool["ok"]["pool"]), "xml": doc, "flags": 0}, "vol",
                                 "storage_vol_get_xml_desc", 0, [("storage_vol_delete", {"flags": 0})])

    def nwfilter(self, doc):
        yield self.shown(self.qemu, "nwfilter_define_xml", {"xml": doc}, "nwfilter", "nwfilter_get_xml_desc", 0, [("nwfilter_undefine", {})])

    def snapshot(self, doc):
        """The QEMU driver reads more than the one for tests. Each document is about a snapshot that exists, of this domain."""
        inner = (f"<domain type='qemu'><name>d</name><uuid>{UUID}</uuid><memory>1024</memory><os><type arch='x86_64' machine='pc'>hvm</type></os>"
                 "<devices><disk type='file'><source file='/a'/><target dev='vda'/></disk></devices></domain>")
        if not self.snapshots_of:
            self.snapshots_of = handle(self.qemu.must("domain_define_xml", {"xml": inner})["dom"])
        doc = re.sub("<domain .*</domain>|(?=</domainsnapshot>)", inner, doc, count=1, flags=re.S)
        doc = re.sub("<parent>.*?</parent>", "", doc, flags=re.S)  # there is none
        yield self.shown(self.qemu, "domain_snapshot_create_xml", {"dom": self.snapshots_of, "xml_desc": doc, "flags": 1}, "snap",
                         "domain_snapshot_get_xml_desc", SECURE, [("domain_snapshot_delete", {"flags": 2})])


def main():
    ap = argparse.ArgumentParser()
    for name in ("socket", "facts", "tried", "out"):
        ap.add_argument("--" + name, required=True)
    a = ap.parse_args()
    path = subprocess.check_output(shlex.split(a.socket), text=True).strip()
    asked = Asked(wire.Schema(a.facts), path)
    out = []
    for line in open(a.tried):
        thing = json.loads(line)
        kept, answers = None, {}
        for doc in thing["documents"]:
            for text, error in getattr(asked, thing["kind"])(doc):
                if text is not None and keeps(text, thing["path"], thing["want"]):
                    kept = kept or doc
                else:
                    answers.setdefault(error, []).append(doc)
            if kept:
                break
        if kept:
            print("kept:", thing["name"], "\n   ", kept, flush=True)
            continue
        often = sorted(answers, key=lambda e: (e != "", -len(answers[e]), e))[:3]
        out.append({"kind": thing["kind"], "name": thing["name"], "tried": len(thing["documents"]),
                    "document": min(answers[often[0]], key=len), "answers": {e: len(answers[e]) for e in often}})
    out.sort(key=lambda d: (d["kind"], d["name"]))
    with open(a.out, "w") as f:
        for d in out:
            f.write(json.dumps(d, ensure_ascii=False) + "\n")


main()
