#!/usr/bin/env python3
"""Observes what is not about one procedure: opening, features, event registration, list filters, counts; writes connection.json.

    connection.py --socket 'oracle/socket DIR' --facts testdata/facts/rpc-programs.json --out testdata/observed/connection.json
"""

import argparse
import itertools
import os
import sys

import report
import wire
import world
from script import by, ident, minimal

ABOUT = (
    "What libvirtd 11.3.0 answers around the calls of its test driver: opening, features, registration of events, "
    "list filters, counted results, bulk statistics, odd names; made by conformance/survey/connection.py. ")
FULL = {"dom": by("full")}
DIR = "/run/libvirt/t"


def short(r):
    return r["error"] if "error" in r else r.get("ok", r)


def opening(ref):
    out = {}
    names = [None, "", "test:///default", "test:///", "test://", "test:", "test", "TEST:///default", "Test:///default", "test:///default/",
        "test:///DEFAULT", "test:////default",
             "test:///default?x=1", "test:///default?no_verify=1", "test:///default#f", "test://host/default", "test://user@host/default",
                 "test://:1/default", "test://localhost/default",
             "test+unix:///default", "test+tcp://h/default", "test+unix://h/default", "test+bogus:///default", "test:default",
                 "test:/default", "test:///nonexistent", "test:///etc/libvirt/libvirt.conf",
             "test:///" + DIR.strip("/") + "/empty-node.xml", "bogus:///x", "bogus", "://", ":", "/", "///", "test:/// default",
                 "test:///default ", " test:///default", "test:///%64efault",
             "remote:///default", "remote+unix:///", "qemu:///bogus", "qemu://host/system", "xen:///system", "ch:///system", "esx://h/",
                 "vbox:///session", "lxc:///", "lxc:///system",
             "network:///system", "storage:///system", "interface:///system", "nodedev:///system", "secret:///system",
                 "nwfilter:///system", "openvz:///system", "bhyve:///system", "vz:///system", "hyperv://h/", "x" * 5000]
    node = os.path.dirname(ref.path) + "/t"
    with open(node + "/empty-node.xml", "w", encoding="utf-8") as f:
        f.write("<node/>")
    for name in names:
        for readonly in (False, True):
            with ref.connect(readonly) as c:
                r = c.call("connect_open", {"name": name})
                row = short(r)
                if "ok" in r:
                    row = {"uri": short(c.call("connect_get_uri")), "type": short(c.call("connect_get_type"))}
                key = (name if name is None or len(name) < 100 else f"{len(name)} bytes")
                if readonly:
                    if row != out[str(key)]:
                        out[str(key) + " on the read-only socket"] = row
                else:
                    out[str(key)] = row
                c.close()
    flags = {}
    for f in [0] + [1 << b for b in range(32)] + [0xffffffff]:
        c = ref.connect()
        r = c.call("connect_open", {"name": world.URI, "flags": f})
        row = {"open": short(r)}
        if "ok" in r:
            row["define"] = "ok" if "ok" in c.call("domain_define_xml", {"xml": minimal("a")}) else "refused"
        flags[hex(f)] = row
        ref.leave(c)
    more = {}
    # in the world of a file: a third open leaves the first connection in the daemon for good, and with it its world
    private = "test://" + DIR + "/empty-node.xml"
    for label, steps in {"second open": (private, private, None), "second open, bad": (private, "bogus:///", None),
        "second open, then a third": (private, private, private, None)}.items():
        with ref.connect() as c:
            more[label + "; a step is [name or question, answer]"] = [[n or "connect_get_type",
                short(c.call("connect_open", {"name": n}) if n else c.call("connect_get_type"))] for n in steps]
    c = ref.connect()
    more["failed open, then a good one"] = [short(c.call("connect_open", {"name": "bogus:///"})), short(c.call("connect_get_type")),
        short(c.call("connect_open", {"name": world.URI})), short(c.call("connect_get_type"))]
    c.close()
    with wire.Connection(ref.schema, ref.path) as c:
        more["without auth_list"] = [short(c.call("connect_open", {"name": world.URI})),
            short(c.call("connect_supports_feature", {"feature": 10})), short(c.call("connect_supports_feature", {"feature": 9})),
                                     short(c.call("auth_list")), short(c.call("auth_list")),
                                         short(c.call("connect_open", {"name": world.URI})), short(c.call("auth_list"))]
    with wire.Connection(ref.schema, ref.path + "-ro") as c:
        more["auth_list on the read-only socket"] = short(c.call("auth_list"))
    c = ref.connect()
    more["close before open"] = [short(c.call("connect_close"))]
    try:
        c.packet()
        more["close before open"].append("a packet")
    except (wire.Closed, OSError) as e:
        more["close before open"].append(type(e).__name__)
    for name in ("auth_sasl_init", "auth_polkit"):
        with ref.connect() as c:
            more[name + " when the type is none"] = short(c.call(name))
    return {"names": out, "flags": flags, "more": more}


def features(ref):
    out = {}
    for when in ("before open", "after open"):
        c = ref.connect() if when == "before open" else ref.fresh()
        out[when] = {str(n): short(c.call("connect_supports_feature", {"feature": n})) for n in list(range(32)) + [-1, 99, 0x7fffffff]}
        c.close()
    return out


FAMILIES = {
    "domain": ("connect_domain_event_callback_register_any", "connect_domain_event_callback_deregister_any", "dom", lambda: by("full"),
        {"name": "x", "uuid": world.UNKNOWN_UUID, "id": -1}),
    "network": ("connect_network_event_register_any", "connect_network_event_deregister_any", "net", None,
        {"name": "x", "uuid": world.UNKNOWN_UUID}),
    "pool": ("connect_storage_pool_event_register_any", "connect_storage_pool_event_deregister_any", "pool", None,
        {"name": "x", "uuid": world.UNKNOWN_UUID}),
    "nodedev": ("connect_node_device_event_register_any", "connect_node_device_event_deregister_any", "dev",
        lambda: {"name": "scsi_host1"}, {"name": "x"}),
    "secret": ("connect_secret_event_register_any", "connect_secret_event_deregister_any", "secret", None,
        {"uuid": world.UNKNOWN_UUID, "usageType": 0, "usageID": ""}),
}


def events(ref):
    out = {}
    for fam, (reg, dereg, arg, known, unknown) in FAMILIES.items():
        rows = out[fam] = {}
        c = ref.fresh()
        rows["register"] = {str(n): short(c.call(reg, {"eventID": n})) for n in list(range(29 if fam == "domain" else 4)) + [-1, 99,
            0x7fffffff, -0x80000000]}
        rows["register the same again"] = [short(c.call(reg, {"eventID": 0})), short(c.call(reg, {"eventID": 0}))]
        rows["register for an unknown object"] = short(c.call(reg, {"eventID": 0, arg: unknown}))
        rows["deregister"] = {str(n): short(c.call(dereg, {"callbackID": n})) for n in (0, 0, 1, -1, 999, 0x7fffffff)}
        rows["register after deregister"] = short(c.call(reg, {"eventID": 0}))
        ref.leave(c)
        c = ref.fresh()
        rows["deregister unknown on a fresh connection"] = short(c.call(dereg, {"callbackID": 0}))
        ref.leave(c)
        keep = ref.fresh()
        c = ref.opened(flags=1)
        rows["on a read-only connection"] = [short(c.call(reg, {"eventID": 0})), short(c.call(dereg, {"callbackID": 0}))]
        ref.leave(keep, c)
    c = ref.fresh()
    d, n = "connect_domain_event_callback_register_any", "connect_network_event_register_any"
    p, v = "connect_storage_pool_event_register_any", "connect_node_device_event_register_any"
    out["callback ids are shared by the families"] = [short(c.call(x, {"eventID": 0})) for x in (d, n, p, v, d, n)]
    out["deregister by the wrong family"] = [short(c.call("connect_network_event_deregister_any", {"callbackID": 0})),
        short(c.call("connect_domain_event_callback_deregister_any", {"callbackID": 1})),
                                             short(c.call("connect_domain_event_callback_deregister_any", {"callbackID": 0}))]
    c2 = ref.opened()
    out["ids of a second connection"] = [short(c2.call(d, {"eventID": 0})), short(c2.call(d, {"eventID": 1}))]
    ref.leave(c, c2)
    c = ref.fresh()
    lr, ld, ra, da = "connect_domain_event_register", "connect_domain_event_deregister", "connect_domain_event_register_any", "connect_domain_event_deregister_any"
    out["legacy lifecycle"] = [[x, short(c.call(x))] for x in (ld, lr, lr, ld, ld, lr)]
    out["legacy any after legacy lifecycle"] = [short(c.call(ra, {"eventID": 0})), short(c.call(da, {"eventID": 0})), short(c.call(ld))]
    ref.leave(c)
    c = ref.fresh()
    out["legacy register any"] = {str(k): short(c.call(ra, {"eventID": k})) for k in list(range(29)) + [-1, 99]}
    out["legacy register any, again"] = {str(k): short(c.call(ra, {"eventID": k})) for k in (0, 1, 15, 16)}
    out["legacy lifecycle after legacy any"] = short(c.call(lr))
    out["legacy deregister any"] = {str(k): short(c.call(da, {"eventID": k})) for k in list(range(29)) + [-1, 99]}
    out["legacy deregister any, again"] = {str(k): short(c.call(da, {"eventID": k})) for k in (0, 1, 15, 16)}
    ref.leave(c)
    # what arrives, in which form, when both forms are registered
    c = ref.fresh()
    out["registering lifecycle: all, full, full again, test, unknown, all again, legacy, legacy any"] = [
        short(c.call(d, {"eventID": 0})), short(c.call(d, {"eventID": 0, "dom": by("full")})),
            short(c.call(d, {"eventID": 0, "dom": by("full")})),
        short(c.call(d, {"eventID": 0, "dom": {"name": "test", "uuid": bytes.fromhex("6695eb01f6a4830479aa97f2502e193f"), "id": 1}})),
            short(c.call(d, {"eventID": 0, "dom": by("nosuch")})), short(c.call(d, {"eventID": 0})),
        short(c.call(lr)), short(c.call(ra, {"eventID": 0}))]
    ref.leave(c)
    for first, second in itertools.permutations(((lr, {}), (ra, {"eventID": 0}), (d, {"eventID": 0}), (d, {"eventID": 0, "dom": by("a")})),
        2):
        c = ref.fresh()
        c.must("domain_define_xml", {"xml": minimal("a")})
        r = [short(c.call(*first)), short(c.call(*second))]
        c.must("domain_create", {"dom": by("a")})
        arrived = sorted((e["event"], e["msg"].get("callbackID", -1)) for e in c.drain(0.05))
        label = " then ".join(x[0] + (" with a filter" if "dom" in x[1] else "") for x in (first, second))
        out.setdefault("two registrations on one connection", {})[label] = {"answers": r, "events of a start": arrived}
        ref.leave(c)
    c = ref.fresh()
    c.must("domain_define_xml", {"xml": minimal("a")})
    c.must("domain_define_xml", {"xml": minimal("b")})
    c.must(d, {"eventID": 0, "dom": by("a")})
    c.must(d, {"eventID": 0, "dom": by("b")})
    c.must(d, {"eventID": 23, "dom": by("b")})
    c.must("domain_create", {"dom": by("a")})
    out["start of a: filter a, filter b"] = c.drain(0.1)
    c.must("domain_set_metadata", {"dom": by("b"), "type": 0, "metadata": "x"})
    out["description of b set: lifecycle of a and b, metadata of b"] = c.drain(0.1)
    c.must("connect_domain_event_callback_deregister_any", {"callbackID": 0})
    c.must("domain_destroy", {"dom": by("a")})
    out["a destroyed after deregistering its callback"] = c.drain(0.1)
    ref.leave(c)
    c = ref.fresh()
    for x, k in ((n, 0), (n, 1), (p, 0), (p, 1), (v, 0), (v, 1)):
        c.must(x, {"eventID": k})
    c.must("network_define_xml", {"xml": "<network><name>n2</name><uuid>22222222-2222-4222-8222-222222222222</uuid></network>"})
    net = {"name": "n2", "uuid": bytes.fromhex("22222222222242228222222222222222")}
    for call in ("network_create", "network_destroy", "network_undefine"):
        c.must(call, {"net": net})
    out["network life"] = c.drain(0.1)
    c.must("storage_pool_define_xml", {"xml": "<pool type='dir'><name>p2</name><uuid>33333333-3333-4333-8333-333333333333</uuid><target><path>/p2</path></target></pool>"})
    pool = {"name": "p2", "uuid": bytes.fromhex("33333333333343338333333333333333")}
    for call in ("storage_pool_build", "storage_pool_create", "storage_pool_refresh", "storage_pool_destroy", "storage_pool_delete",
        "storage_pool_undefine"):
        c.must(call, {"pool": pool})
    out["pool life"] = c.drain(0.1)
    from arguments import VPORT
    c.must("node_device_create_xml", {"xml_desc": VPORT})
    c.must("node_device_destroy", {"name": "scsi_host12"})
    out["node device life"] = c.drain(0.1)
    ref.leave(c)
    c = ref.fresh()
    x, y = "connect_register_close_callback", "connect_unregister_close_callback"
    out["close callback"] = [[k, short(c.call(k))] for k in (y, x, x, y, y, x)]
    ref.leave(c)
    return out


def population(c):
    """Domains in every kind that a list filter can tell apart; the default domain makes the tenth."""
    disk = "<devices><disk type='file' device='disk'><source file='/var/lib/x.img'/><target dev='vda' bus='virtio'/></disk></devices>"
    for n in ("off", "on", "paused", "auto", "saved", "snap", "check", "crashed"):
        c.must("domain_define_xml", {"xml": minimal(n, extra=disk)})
    for n in ("on", "paused", "saved", "check", "crashed"):
        c.must("domain_create", {"dom": by(n)})
    c.must("domain_suspend", {"dom": by("paused")})
    c.must("domain_set_autostart", {"dom": by("auto"), "autostart": 1})
    c.must("domain_managed_save", {"dom": by("saved")})
    c.must("domain_snapshot_create_xml", {"dom": by("snap"), "xml_desc": "<domainsnapshot><name>s</name></domainsnapshot>"})
    c.must("domain_checkpoint_create_xml", {"dom": by("check"), "xml_desc": "<domaincheckpoint><name>c</name></domaincheckpoint>"})
    c.must("domain_core_dump", {"dom": by("crashed"), "to": DIR + "/core", "flags": 1})
    c.must("domain_create_xml", {"xml_desc": minimal("transient")})


def lists(ref):
    out = {}
    c = ref.fresh()
    population(c)

    def domains(flags, need=1):
        r = c.call("connect_list_all_domains", {"need_results": need, "flags": flags})
        return sorted(d["name"] for d in r["ok"]["domains"]) if "ok" in r else r["error"]
    rows = out["connect_list_all_domains"] = {"0x0": domains(0)}
    for b in range(32):
        rows[hex(1 << b)] = domains(1 << b)
    for a, b in itertools.combinations(range(16), 2):
        rows[hex(1 << a | 1 << b)] = domains(1 << a | 1 << b)
    for f in (0xffff, 0xf0, 0x70, 0x1 | 0x8 | 0x20, 0x10000 | 1):
        rows[hex(f)] = domains(f)
    out["need_results 0, 2 and -1"] = [short(c.call("connect_list_all_domains",
        {"need_results": n})) if n == 0 else len(c.must("connect_list_all_domains", {"need_results": n})["domains"]) for n in (0, 2, -1)]
    out["stats of the same domains, by flags"] = {}
    for f in list(range(0, 16)) + [1 << b for b in range(4, 32)] + [0x30, 0xff]:
        r = c.call("connect_get_all_domain_stats", {"stats": 1, "flags": f})
        out["stats of the same domains, by flags"][hex(f)] = sorted(x["dom"]["name"] for x in r["ok"]["retStats"]) if "ok" in r else r["error"]
    ref.leave(c)
    c = ref.fresh()
    for i, (snap, parent) in enumerate((("a", None), ("b", "a"), ("c", "b"), ("d", "a"))):
        if i == 0:
            c.must("domain_define_xml", {"xml": world.FULL})
        if parent:
            c.must("domain_revert_to_snapshot", {"snap": {"name": parent, "dom": by("full")}})
        if snap == "c":
            c.must("domain_create", FULL)
        c.must("domain_snapshot_create_xml", {**FULL, "xml_desc": f"<domainsnapshot><name>{snap}</name></domainsnapshot>"})
    for call, args in (("domain_list_all_snapshots", FULL), ("domain_snapshot_list_all_children", {"snapshot": {"name": "a",
        "dom": by("full")}})):
        rows = out[call + " (a: off; b under a: off; c under b: running; d under a: off)"] = {}
        for f in [0] + [1 << b for b in range(12)] + [3, 5, 9, 12, 18, 0x60, 0x1e0, 0x3ff, 0x401]:
            r = c.call(call, {**args, "need_results": 1, "flags": f})
            rows[hex(f)] = sorted(s["name"] for s in r["ok"]["snapshots"]) if "ok" in r else r["error"]
    rows = out["domain_snapshot_list_names"] = {}
    for f in [0] + [1 << b for b in range(12)]:
        r = c.call("domain_snapshot_list_names", {**FULL, "maxnames": 10, "flags": f})
        rows[hex(f)] = [sorted(r["ok"]["names"]) if "ok" in r else r["error"], short(c.call("domain_snapshot_num", {**FULL, "flags": f}))]
    r = c.must("domain_list_all_snapshots", {**FULL, "need_results": 1, "flags": 1024})
    out["topological order of the snapshots"] = [s["name"] for s in r["snapshots"]]
    ref.leave(c)
    c = ref.fresh()
    c.must("network_define_xml", {"xml": "<network><name>off</name></network>"})
    c.must("network_create_xml", {"xml": "<network><name>transient</name></network>"})
    c.must("network_define_xml", {"xml": "<network><name>auto</name></network>"})
    net = c.must("network_lookup_by_name", {"name": "auto"})["net"]
    c.must("network_set_autostart", {"net": {"name": "auto", "uuid": bytes.fromhex(net["uuid"])}, "autostart": 1})
    c.must("storage_pool_define_xml", {"xml": "<pool type='dir'><name>off</name><target><path>/off</path></target></pool>"})
    c.must("storage_pool_create_xml", {"xml": "<pool type='dir'><name>transient</name><target><path>/tr</path></target></pool>"})
    c.must("storage_pool_define_xml", {"xml": "<pool type='logical'><name>lvm</name><source><name>lvm</name></source><target><path>/dev/lvm</path></target></pool>"})
    c.must("interface_define_xml", {"xml": "<interface type='ethernet' name='eth2'><mac address='aa:bb:cc:dd:ee:02'/></interface>"})
    for call, field, bits in (("connect_list_all_networks", "nets", 8), ("connect_list_all_storage_pools", "pools", 22),
        ("connect_list_all_interfaces", "ifaces", 4), ("connect_list_all_node_devices", "devices", 32)):
        rows = out[call] = {}
        for f in [0] + [1 << b for b in range(bits)] + [3, 12, 48, 0xffffffff]:
            r = c.call(call, {"need_results": 1, "flags": f})
            rows[hex(f)] = sorted(x["name"] for x in r["ok"][field]) if "ok" in r else r["error"]
    rows = out["node_list_devices"] = {}
    for cap in (None, "", "scsi_host", "system", "fc_host", "vports", "bogus", "net"):
        for f in (0, 1):
            rows[f"{cap} flags {f}"] = [short(c.call("node_list_devices", {"cap": cap, "maxnames": 20, "flags": f})),
                short(c.call("node_num_of_devices", {"cap": cap, "flags": f}))]
    ref.leave(c)
    old = {"connect_list_domains": "maxids", "connect_list_defined_domains": "maxnames", "connect_list_networks": "maxnames",
        "connect_list_defined_networks": "maxnames", "connect_list_storage_pools": "maxnames",
           "connect_list_defined_storage_pools": "maxnames", "connect_list_interfaces": "maxnames",
               "connect_list_defined_interfaces": "maxnames", "connect_list_secrets": "maxuuids", "connect_list_nwfilters": "maxnames",
           "node_list_devices": "maxnames"}
    c = ref.fresh()
    for call, arg in old.items():
        out.setdefault("old lists, by maximum", {})[call] = {str(n): short(c.call(call, {arg: n})) for n in (0, 1, 100, 256, 257, 1024,
            1025, 16384, 16385, 65536, 65537, -1)}
    ref.leave(c)
    return out


COUNTED = {
    "domain_get_scheduler_parameters": {}, "domain_get_scheduler_parameters_flags": {}, "domain_get_memory_parameters": {},
        "domain_get_blkio_parameters": {}, "domain_get_numa_parameters": {},
    "domain_get_interface_parameters": {"device": "testnet0"}, "domain_get_block_io_tune": {"disk": "vda"},
        "domain_get_cpu_stats": {"start_cpu": -1, "ncpus": 1}, "node_get_cpu_stats": {"cpuNum": -1}, "node_get_memory_parameters": {},
}


def counts(ref):
    """Calls which are asked for the number of parameters first."""
    out = {}
    for name, extra in COUNTED.items():
        about = {} if name.startswith("node") else dict(FULL)
        for flags in (0, 1, 2, 3, 4, 5) if ref.schema.fields(name)[-1]["name"] == "flags" else (None,):
            rows = {}
            for n in (0, 1, 2, 3, 4, 5, 8, 16, 20, 32, 33, 64, 1024, -1):
                c = ref.fresh()
                if about:
                    c.must("domain_define_xml", {"xml": world.FULL})
                    c.must("domain_create", FULL)
                args = {**about, **extra, "nparams": n}
                if flags is not None:
                    args["flags"] = flags
                rows[str(n)] = short(c.call(name, args))
                ref.leave(c)
            seen, kept = [], {}
            for k, v in rows.items():
                if v in seen:
                    kept[k] = f"as {list(rows)[list(rows.values()).index(v)]}"
                else:
                    seen.append(v)
                    kept[k] = v
            out[name + ("" if flags is None else f" flags {flags}")] = kept
    cpu = out["domain_get_cpu_stats, by start and number"] = {}
    c = ref.fresh()
    c.must("domain_define_xml", {"xml": world.FULL})
    c.must("domain_create", FULL)
    for start, n, p in ((-1, 1, 0), (-1, 0, 0), (-1, 2, 0), (0, 0, 0), (0, 1, 0), (0, 1, 2), (0, 2, 2), (0, 2, 1), (0, 3, 2), (1, 1, 2),
        (2, 1, 2), (5, 1, 2), (0, 128, 2), (0, 129, 2), (0, 128, 16), (0, 128, 17), (-2, 1, 1), (0, 0, 2)):
        cpu[f"start_cpu {start} ncpus {n} nparams {p}"] = short(c.call("domain_get_cpu_stats",
            {**FULL, "start_cpu": start, "ncpus": n, "nparams": p}))
    maps = out["vcpu lists, by maxinfo and maplen"] = {}
    for call, a, b in (("domain_get_vcpus", "maxinfo", "maplen"), ("domain_get_vcpu_pin_info", "ncpumaps", "maplen")):
        for m, n in ((0, 0), (1, 0), (0, 1), (1, 1), (2, 1), (4, 1), (4, 2), (4, 4), (100, 1), (16384, 1), (16385, 1), (2, 8192),
            (1, 8388608), (1, 8388609), (-1, 1), (1, -1)):
            maps[f"{call} {m} {n}"] = short(c.call(call, {**FULL, a: m, b: n}))
    for n in (0, 1, 2, 4, 2048, 2049, -1):
        maps[f"domain_get_emulator_pin_info {n}"] = short(c.call("domain_get_emulator_pin_info", {**FULL, "maplen": n}))
    cells = out["node_get_cells_free_memory, by start and number"] = {}
    for s, n in ((0, 0), (0, 1), (0, 2), (0, 3), (1, 1), (1, 2), (2, 1), (-1, 1), (0, -1), (0, 1024), (0, 1025)):
        cells[f"{s} {n}"] = short(c.call("node_get_cells_free_memory", {"startCell": s, "maxcells": n}))
    pages = out["node_get_free_pages, by pages, start and number"] = {}
    for pg, s, n in (([4], 0, 1), ([4, 2048], 0, 2), ([4], -1, 1), ([4], 2, 1), ([], 0, 1), ([4], 0, 0), ([4], 1, 5), ([3], 0, 1),
        ([4] * 1024, 0, 2), ([8], 0, 2), ([8], 1, 1), ([1048576], 0, 1)):
        pages[f"{len(pg)} pages {pg[:2]} {s} {n}"] = short(c.call("node_get_free_pages", {"pages": pg, "startCell": s, "cellCount": n}))
    mems = out["domain_memory_stats, by maxStats"] = {}
    for n in (0, 1, 5, 11, 12, 1024, 1025):
        mems[str(n)] = short(c.call("domain_memory_stats", {**FULL, "maxStats": n}))
    errs = out["domain_get_disk_errors, by maxerrors"] = {}
    for n in (0, 1, 2, 256, 257):
        errs[str(n)] = short(c.call("domain_get_disk_errors", {**FULL, "maxerrors": n}))
    vcpus = out["connect_get_max_vcpus"] = {}
    for t in (None, "", "test", "TEST", "qemu", "kvm", "bogus", "x" * 200):
        vcpus[str(t)] = short(c.call("connect_get_max_vcpus", {"type": t}))
    ref.leave(c)
    return out


def statistics(ref):
    out = {}
    c = ref.fresh()
    c.must("domain_define_xml", {"xml": world.FULL})
    c.must("domain_create", FULL)
    c.must("domain_create_xml", {"xml_desc": minimal("transient")})
    c.must("domain_define_xml", {"xml": minimal("off")})
    doms = {"full": by("full"), "off": by("off"), "transient": by("transient"), "unknown": by("nosuch"),
        "test": {"name": "test", "uuid": bytes.fromhex("6695eb01f6a4830479aa97f2502e193f"), "id": 1}}

    def ask(names, stats, flags):
        r = c.call("connect_get_all_domain_stats", {"doms": [doms[n] for n in names], "stats": stats, "flags": flags})
        if "error" in r:
            return r["error"]
        got = [[x["dom"]["name"], x["dom"]["id"], {p["field"]: p["value"] for p in x["params"]}] for x in r["ok"]["retStats"]]
        return got if names else sorted(got, key=lambda g: g[0])
    for stats in [0] + [1 << b for b in range(12)] + [1 << 30, 1 << 31, 0x81, 0x83, 0x7ff, 0xfff, 0xffffffff]:
        for flags in (0, 0x80000000):
            out[f"all, stats {stats:#x} flags {flags:#x}"] = ask([], stats, flags)
    for names in (["full"], ["full", "full"], ["off", "full"], ["full", "off", "test"], ["unknown"], ["full", "unknown"],
        ["unknown", "full"], ["transient", "test"]):
        for flags in (0, 1, 2, 8, 3):
            out[f"{names}, stats 1 flags {flags:#x}"] = ask(names, 1, flags)
    for flags in [1 << b for b in range(32)] + [0x60000000, 0xe0000000]:
        out[f"all, stats 1 flags {flags:#x}"] = ask([], 1, flags)
        out[f"full, stats 1 flags {flags:#x}"] = ask(["full"], 1, flags)
    out["paused"] = [short(c.call("domain_suspend", FULL)), ask(["full"], 0x81, 0)]
    out["iothreads, shut off"] = [short(c.call("domain_destroy", FULL)), ask(["full"], 0x81, 0)]
    ref.leave(c)
    return out


def oddities(ref):
    """Names, titles and other text with odd content."""
    out = {}
    names = {"space": "a b", "leading space": " a", "trailing space": "a ", "blank": " ", "empty": "", "newline": "a&#10;b",
        "only newline": "&#10;", "tab": "a&#9;b", "return": "a&#13;b", "raw newline": "a\nb", "slash": "a/b",
             "dot": ".", "dots": "..", "leading dot": ".a", "dash": "-x", "markup": "&lt;&amp;&gt;", "quote": "&quot;'",
                 "utf8": "gr\u00fcn", "emoji": "\U0001f600", "colon": "a:b", "percent": "%s%n", "nul": "a&#0;b", "control": "a&#1;b",
                 "delete": "a&#127;b", "1000 bytes": "x" * 1000,
             "100000 bytes": "x" * 100000, "digits": "123", "uuid": "6695eb01-f6a4-8304-79aa-97f2502e193f", "cdata": "<![CDATA[a]]>",
                 "child": "<b>a</b>", "comment": "a<!-- c -->b", "backslash": "a\\b"}
    for label, n in names.items():
        c = ref.fresh()
        r = c.call("domain_define_xml", {"xml": minimal(n, str(ident("odd")))})
        row = {"define": r["error"] if "error" in r else (r["ok"]["dom"]["name"] if len(r["ok"]["dom"]["name"]) < 100 else len(r["ok"]["dom"]["name"]))}
        if "ok" in r:
            d = {"dom": {"name": "", "uuid": ident("odd").bytes, "id": -1}}
            x = c.must("domain_get_xml_desc", d)["xml"]
            i, j = x.find("<name>"), x.find("</name>")
            row["xml"] = x[i:j + 7] if j - i < 100 else j - i
            row["create"] = short(c.call("domain_create", d))
        out["name: " + label] = row
        ref.leave(c)
    for label, inner in {"title with newline": "<title>a\nb</title>", "title blank": "<title> </title>", "title empty": "<title></title>",
        "title twice": "<title>a</title><title>b</title>",
                         "description empty": "<description/>", "description newline": "<description>a\nb</description>",
                             "memory zero": "", "two names": "<name>second</name>"}.items():
        c = ref.fresh()
        r = c.call("domain_define_xml", {"xml": minimal("odd", inner=inner, memory=0 if label == "memory zero" else 2048)})
        out[label] = short(r) if "error" in r else c.must("domain_get_xml_desc", {"dom": by("odd")})["xml"]
        ref.leave(c)
    # the text of an unknown object comes from the caller
    c = ref.fresh()
    out["names of unknown domains in errors"] = {repr(n): short(c.call("domain_get_info",
        {"dom": {"name": n, "uuid": world.UNKNOWN_UUID, "id": 5}})) for n in ("", "a b", "%s", "a\nb", "gr\u00fcn", "x" * 2000)}
    out["zero uuid"] = short(c.call("domain_lookup_by_uuid", {"uuid": bytes(16)}))
    out["lookups by odd names"] = {repr(n): short(c.call("domain_lookup_by_name", {"name": n})) for n in ("", " ", "TEST", "test ", "1")}
    ref.leave(c)
    return out


def defaults(ref):
    """Every question about the untouched world, as raw answers."""
    out = {}
    c = ref.fresh()
    d = {"dom": {"name": "test", "uuid": bytes.fromhex("6695eb01f6a4830479aa97f2502e193f"), "id": 1}}
    for name, p in ref.schema.procs.items():
        if p["program"] != "remote" or p["kind"] != "call" or p["readonly"] == "deny" or name.startswith(("auth", "connect_open",
            "connect_close")) or "register" in name:
            continue
        fields = ref.schema.fields(name)
        if all(f["name"] in ("dom", "flags", "need_results", "iface", "name") for f in fields) and not name.startswith(("secret",
            "nwfilter", "nwfilter_binding")):
            args = {}
            for f in fields:
                if f["name"] == "dom":
                    args.update(d)
                elif f["name"] == "need_results":
                    args["need_results"] = 1
                elif f["name"] == "iface":
                    args["iface"] = {"name": "eth1", "mac": "aa:bb:cc:dd:ee:ff"}
                elif f["name"] == "name":
                    args["name"] = "scsi_host1" if "node_device" in name else "default-pool" if "pool" in name else "eth1" if "interface" in name else "default" if "network" in name else "test"
            r = c.call(name, args)
            if r.get("error", {}).get("code") != 3 and not name.startswith("domain_set"):
                out[name] = short(r)
    ref.leave(c)
    return out


def worlds(ref):
    """When the world of test:///default is made and forgotten, and the private worlds of files."""
    out = {}
    folder = os.path.dirname(ref.path) + "/t"
    with open(folder + "/node.xml", "w", encoding="utf-8") as f:
        f.write("<node><domain type='test'><name>filed</name><uuid>55555555-5555-4555-8555-555555555555</uuid><memory>1024</memory><os><type>hvm</type></os></domain></node>")

    def names(c):
        return sorted([x["name"], x["id"]] for x in c.must("connect_list_all_domains", {"need_results": 1})["domains"])
    a = ref.fresh()
    b = ref.opened()
    a.must("domain_define_xml", {"xml": minimal("mine")})
    out["another connection sees"] = names(b)
    f1 = ref.connect()
    f1.must("connect_open", {"name": "test://" + DIR + "/node.xml"})
    f2 = ref.connect()
    f2.must("connect_open", {"name": "test://" + DIR + "/node.xml"})
    f1.must("domain_define_xml", {"xml": minimal("private")})
    out["a file's world"] = [names(f1), names(f2), short(f1.call("connect_get_uri")), short(f1.call("node_get_info"))]
    f1.close()
    f2.close()
    a.call("domain_undefine", {"dom": by("mine")})
    ref.leave(a)
    out["first connection closed"] = names(b)
    ref.leave(b)
    c = ref.fresh()
    out["all closed, opened again"] = names(c)
    ref.leave(c)
    bad = {}
    for label, text in {"empty file": "", "not xml": "oops", "other root": "<domain/>", "empty node": "<node/>",
        "domain without name": "<node><domain type='test'/></node>", "unknown child": "<node><bogus/></node>",
                        "two of a name": "<node>" + minimal("a") + minimal("a", str(ident("b"))) + "</node>",
                            "two of a uuid": "<node>" + minimal("a") + minimal("b", str(ident("a"))) + "</node>",
                        "cpu": "<node><cpu><mhz>6000</mhz><model>m</model><active>50</active><nodes>4</nodes><sockets>4</sockets><cores>4</cores><threads>2</threads></cpu><memory>123456</memory></node>",
                        "cpu nonsense": "<node><cpu><mhz>x</mhz></cpu></node>", "missing file": "<node><domain file='nosuch.xml'/></node>",
                        "runstate off": "<node><domain type='test' xmlns:test='http://libvirt.org/schemas/domain/test/1.0'><name>a</name><memory>1</memory><os><type>hvm</type></os><test:runstate>5</test:runstate></domain></node>",
                        "runstate 99": "<node><domain type='test' xmlns:test='http://libvirt.org/schemas/domain/test/1.0'><name>a</name><memory>1</memory><os><type>hvm</type></os><test:runstate>99</test:runstate></domain></node>",
                        "auth": "<node><auth><user password='p'>u</user></auth></node>"}.items():
        with open(folder + "/bad.xml", "w", encoding="utf-8") as f:
            f.write(text)
        with ref.connect() as c:
            r = c.call("connect_open", {"name": "test://" + DIR + "/bad.xml"})
            bad[label] = short(r) if "error" in r else {"domains": [[x["name"], x["id"],
                short(c.call("domain_get_state", {"dom": {"uuid": bytes.fromhex(x["uuid"]), "name": x["name"],
                "id": x["id"]}}))] for x in c.must("connect_list_all_domains", {"need_results": 1})["domains"]],
                                                        "node": {k: v for k, v in c.must("node_get_info").items() if k != "model"}}
            c.close()
    out["files"] = bad
    return out


PARTS = {"opening": opening, "features": features, "events": events, "lists": lists, "counts": counts, "statistics": statistics,
    "oddities": oddities, "defaults": defaults, "worlds": worlds}


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--socket", required=True, help="command that prints the path of the daemon's socket, starting the daemon when needed")
    ap.add_argument("--facts", required=True)
    ap.add_argument("--out", required=True)
    ap.add_argument("part", nargs="*", choices=list(PARTS) + [[]], help="only these parts, printed instead of written")
    a = ap.parse_args()
    ref = world.Reference(wire.Schema(a.facts), a.socket)
    out = {}
    for name, part in PARTS.items():
        if not a.part or name in a.part:
            print(name, file=sys.stderr, flush=True)
            out[name] = part(ref)
    if a.part:
        print(report.text(report.Formats().shorten(out)))
    else:
        report.write(a.out, ABOUT, out)


if __name__ == "__main__":
    main()
