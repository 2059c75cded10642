"""Defines documents and prints what the daemon makes of them, one JSON object a line, in the order of the input.

usage: corpus.py URI < requests

A request is one JSON object a line: kind (domain, network, storagepool, nwfilter, secret, storagevol, interface, snapshot,
checkpoint, hotplug, network-update) and doc, with domain (the document of the domain that it is about), flags, net, section and
command where the kind has them. The answer is {"ok": true, "xml": ...} or {"ok": false, "error": {...}}.
"""

import json
import re
import sys

import libvirt

libvirt.registerErrorHandler(lambda *_: None, None)
INACTIVE = libvirt.VIR_DOMAIN_XML_INACTIVE


def domain(c, r):
    d = c.defineXMLFlags(r["doc"], r.get("define", 0))
    try:
        return d.XMLDesc(r.get("dump", INACTIVE))
    finally:
        if c.getType() == "QEMU":
            d.undefineFlags(libvirt.VIR_DOMAIN_UNDEFINE_KEEP_NVRAM)  # of which there is none
        else:
            d.undefine()


def network(c, r):
    n = c.networkDefineXML(r["doc"])
    try:
        return n.XMLDesc()
    finally:
        n.undefine()


def storagepool(c, r):
    p = c.storagePoolDefineXML(r["doc"])
    try:
        return p.XMLDesc()
    finally:
        p.undefine()


def nwfilter(c, r):
    f = c.nwfilterDefineXML(r["doc"])
    try:
        return f.XMLDesc()
    finally:
        f.undefine()


def secret(c, r):
    s = c.secretDefineXML(r["doc"])
    try:
        return s.XMLDesc()
    finally:
        s.undefine()


def storagevol(c, r):
    v = c.storagePoolLookupByName("default-pool").createXML(r["doc"])
    try:
        return v.XMLDesc()
    finally:
        v.delete()


def interface(c, r):
    i = c.interfaceDefineXML(r["doc"])
    try:
        return i.XMLDesc()
    finally:
        i.undefine()


def about_domain(c, r, f):
    d = c.defineXML(r["domain"])
    try:
        return f(d)
    finally:
        for k in d.listAllCheckpoints():
            k.delete()
        if d.isActive():
            d.destroy()
        d.undefineFlags(libvirt.VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA)


def with_parent(r, root, create):
    """The parent that a document names has to be there first."""
    parent = re.search(r"<parent>\s*<name>([^<]*)</name>", r["doc"])
    if parent:
        create(f"<{root}><name>{parent[1]}</name></{root}>", 0)
    return create(r["doc"], r["flags"]).getXMLDesc()


def snapshot(c, r):
    def running(d):
        d.create()
        return with_parent(r, "domainsnapshot", d.snapshotCreateXML)

    return about_domain(c, r, running)


def checkpoint(c, r):
    def running(d):
        d.create()
        return with_parent(r, "domaincheckpoint", d.checkpointCreateXML)

    return about_domain(c, r, running)


def hotplug(c, r):
    def attach(d):
        d.create()
        d.attachDeviceFlags(r["doc"], r["flags"])
        return d.XMLDesc()

    return about_domain(c, r, attach)


def network_update(c, r):
    n = c.networkDefineXML(r["net"])
    try:
        n.create()
        try:
            n.update(getattr(libvirt, r["command"]), getattr(libvirt, r["section"]), int(r["index"] or -1), r["doc"], libvirt.VIR_NETWORK_UPDATE_AFFECT_LIVE)
            return n.XMLDesc()
        finally:
            n.destroy()
    finally:
        n.undefine()


def main():
    c = libvirt.open(sys.argv[1])
    # names and identifiers of the test driver's two are those of many documents
    for o in (c.lookupByName("test"), c.networkLookupByName("default")) if c.getType() == "TEST" else ():
        o.destroy()
        o.undefine()
    for line in sys.stdin:
        r = json.loads(line)
        try:
            out = {"ok": True, "xml": globals()[r["kind"].replace("-", "_")](c, r)}
        except libvirt.libvirtError as e:
            out = {"ok": False, "error": {"code": e.get_error_code(), "domain": e.get_error_domain(), "message": e.get_error_message()}}
        print(json.dumps(out), flush=True)


main()
