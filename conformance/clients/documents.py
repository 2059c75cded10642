"""Hands small documents to a daemon, good and bad ones, and prints what it says: one JSON object a line, in the order of the input.

usage: documents.py URI < probes

A probe is one JSON object a line: label, input and, where it is about a document that is kept, kind or the flags of its
definition. The answer is {"ok": true, "xml" or "result": ...} or {"ok": false, "error": {...}}.
"""

import json
import re
import sys

import libvirt

libvirt.registerErrorHandler(lambda *_: None, None)

DOMAIN = "<domain type='%s'><name>probe</name><memory>1024</memory><os><type>hvm</type></os></domain>"


def kept(define, undefine=lambda o: o.undefine(), flags=()):
    def probe(c, r):
        o = define(c)(r["input"])
        try:
            return {"xml": o.XMLDesc(*flags)}
        finally:
            undefine(o)

    return probe


KINDS = {
    "network": kept(lambda c: c.networkDefineXML),
    "storagepool": kept(lambda c: c.storagePoolDefineXML),
    "interface": kept(lambda c: c.interfaceDefineXML),
    "secret": kept(lambda c: c.secretDefineXML),
    "nwfilter": kept(lambda c: c.nwfilterDefineXML),
    "storagevol": kept(lambda c: c.storagePoolLookupByName("default-pool").createXML, lambda v: v.delete()),
}


def domain(c, r):
    d = c.defineXMLFlags(r["input"], r["define_flags"])
    try:
        if re.search(r"\bactive$", r["label"]):
            d.create()
        return {"xml": d.XMLDesc(r["dump_flags"])}
    finally:
        if d.isActive():
            d.destroy()
        d.undefineFlags(0 if c.getType() == "TEST" else libvirt.VIR_DOMAIN_UNDEFINE_NVRAM)


class Live:
    """One running domain, which several probes look at."""

    domain = None

    def probe(self, c, r):
        if not self.domain:
            self.domain = c.createXML(r["input"])
        return {"xml": self.domain.XMLDesc(r["dump_flags"])}

    def end(self):
        if self.domain:
            self.domain.destroy()


class Running:
    """A domain to try things with, defined when it is needed."""

    domain = None

    def of(self, c, running):
        if not self.domain:
            kind = "test" if c.getType() == "TEST" else "qemu"
            self.domain = c.defineXML(DOMAIN % kind)
        if running and not self.domain.isActive():
            self.domain.create()
        return self.domain

    def end(self):
        if self.domain:
            if self.domain.isActive():
                self.domain.destroy()
            self.domain.undefine()


subject = Running()
CALLS = {
    "domain define": lambda c, x: c.defineXML(x),
    "domain create": lambda c, x: c.createXML(x),
    "network define": lambda c, x: c.networkDefineXML(x),
    "network create": lambda c, x: c.networkCreateXML(x),
    "pool define": lambda c, x: c.storagePoolDefineXML(x),
    "interface define": lambda c, x: c.interfaceDefineXML(x),
    "secret define": lambda c, x: c.secretDefineXML(x),
    "nwfilter define": lambda c, x: c.nwfilterDefineXML(x),
    "nwfilterbinding create": lambda c, x: c.nwfilterBindingCreateXML(x),
    "nodedev define": lambda c, x: c.nodeDeviceDefineXML(x),
    "nodedev create": lambda c, x: c.nodeDeviceCreateXML(x),
    "vol create": lambda c, x: c.storagePoolLookupByName("default-pool").createXML(x),
    "snapshot create": lambda c, x: subject.of(c, True).snapshotCreateXML(x),
    "checkpoint create": lambda c, x: subject.of(c, True).checkpointCreateXML(x),
    "cpu compare": lambda c, x: c.compareCPU(x),
    "cpu baseline": lambda c, x: c.baselineCPU([x]),
    "xml to native": lambda c, x: c.domainXMLToNative("qemu-argv", x),
    "xml to native bad format": lambda c, x: c.domainXMLToNative("foo", x),
    "xml from native": lambda c, x: c.domainXMLFromNative("qemu-argv", x),
    "pool sources": lambda c, x: c.findStoragePoolSources("logical", x),
    "backup begin": lambda c, x: subject.of(c, False).backupBegin(x, None),
    "attach device config": lambda c, x: subject.of(c, False).attachDeviceFlags(x, libvirt.VIR_DOMAIN_AFFECT_CONFIG),
}


def call(c, r):
    metadata = re.fullmatch(r"setmetadata (\(.*\))", r["label"], re.S)
    if metadata:
        parts = [p.decode() if isinstance(p, bytes) else p for p in eval(metadata[1], {"__builtins__": {}})]
        subject.of(c, False).setMetadata(*parts)
    else:
        CALLS[r["label"]](c, r["input"])
    return {"result": "ok"}


def main():
    c = libvirt.open(sys.argv[1])
    if c.getType() == "TEST":
        # its name and identifier are those of many documents
        for o in (c.lookupByName("test"), c.networkLookupByName("default")):
            o.destroy()
            o.undefine()
    live = Live()
    for line in sys.stdin:
        r = json.loads(line)
        if r["set"] == "probes-live":
            probe = live.probe
        elif "define_flags" in r:
            probe = domain
        elif r.get("kind"):
            probe = KINDS[r["kind"]]
        else:
            probe = call
        try:
            out = {"ok": True, **probe(c, r)}
        except libvirt.libvirtError as e:
            names = ("code", "domain", "message", "level", "str1", "str2", "str3", "int1", "int2")
            out = {"ok": False, "error": dict(zip(names, e.err))}
        print(json.dumps(out), flush=True)
    live.end()
    subject.end()


main()
