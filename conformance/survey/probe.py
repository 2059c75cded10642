"""One probe: a fresh world, the objects of a procedure in a chosen state, one call, the answer."""

import os
import uuid

import wire
import world
from arguments import BASE, DIR, INACTIVE, PAUSED

DOMAIN_STATES = ("running", "paused", "shutoff", "transient", "transient-paused")
OTHER_STATES = ("active", "inactive", "transient")
KINDS = {"remote_nonnull_domain": "domain", "remote_nonnull_network": "network", "remote_nonnull_storage_pool": "pool",
         "remote_nonnull_storage_vol": "vol", "remote_nonnull_interface": "interface", "remote_nonnull_secret": "secret",
         "remote_nonnull_nwfilter": "nwfilter", "remote_nonnull_nwfilter_binding": "binding",
         "remote_nonnull_domain_snapshot": "snapshot", "remote_nonnull_domain_checkpoint": "checkpoint",
         "remote_nonnull_network_port": "port"}


def dom(name="full", ident=None, number=-1):
    return {"name": name, "uuid": ident or world.FULL_UUID, "id": number}


OBJECTS = {
    "domain": dom(number=2),
    "snapshot": {"name": "s1", "dom": dom(number=2)},
    "checkpoint": {"name": "c1", "dom": dom(number=2)},
    "network": {"name": "default"}, "pool": {"name": "default-pool"},
    "vol": {"pool": "default-pool", "name": "vol1", "key": "/default-pool/vol1"},
    "interface": {"name": "eth1", "mac": "aa:bb:cc:dd:ee:ff"},
    "secret": {"uuid": world.UNKNOWN_UUID, "usageType": 0, "usageID": ""},
    "nwfilter": {"name": "f", "uuid": world.UNKNOWN_UUID}, "binding": {"portdev": "vnet0", "filtername": "f"},
    "port": {"net": {"name": "default"}, "uuid": world.UNKNOWN_UUID},
}
# uuid None stands for the right one
UNKNOWN = {
    "domain": [dom("full", world.UNKNOWN_UUID, 2)],
    "snapshot": [{"name": "nosuch", "dom": dom(number=2)}, {"name": "s1", "dom": dom("full", world.UNKNOWN_UUID, 2)}],
    "checkpoint": [{"name": "nosuch", "dom": dom(number=2)}, {"name": "c1", "dom": dom("full", world.UNKNOWN_UUID, 2)}],
    "network": [{"name": "nosuch", "uuid": world.UNKNOWN_UUID}, {"name": "default", "uuid": world.UNKNOWN_UUID},
        {"name": "nosuch", "uuid": None}],
    "pool": [{"name": "nosuch", "uuid": world.UNKNOWN_UUID}, {"name": "default-pool", "uuid": world.UNKNOWN_UUID},
        {"name": "nosuch", "uuid": None}],
    "vol": [{"pool": "default-pool", "name": "nosuch", "key": "/default-pool/vol1"},
        {"pool": "nosuch", "name": "vol1", "key": "/default-pool/vol1"}],
    "interface": [{"name": "nosuch", "mac": "aa:bb:cc:dd:ee:ff"}],
    "secret": [], "nwfilter": [], "binding": [],
    "port": [{"net": {"name": "default", "uuid": world.UNKNOWN_UUID}, "uuid": world.UNKNOWN_UUID}],
}


class Subject:
    """A procedure with what is needed to call it: its fields, the object it is about and its accepted arguments."""

    def __init__(self, schema, name):
        self.schema, self.name, self.proc = schema, name, schema.procs[name]
        self.fields = schema.fields(name)
        self.base = dict(BASE.get(name, {}))
        self.object = None  # (field name, kind)
        for f in self.fields:
            kind = KINDS.get(f["type"])
            if kind and f["kind"] == "scalar" and self.object is None:
                self.object = (f["name"], kind)
        if name.startswith("node_device_") and any(f["name"] == "name" for f in self.fields):
            self.object = ("name", "nodedev")
        self.flags = next((f for f in self.fields if f["name"] == "flags"), None)
        kind = self.object[1] if self.object else None
        if kind in ("domain", "snapshot", "checkpoint") or name.startswith(("domain_restore", "domain_save_image")):
            self.states = DOMAIN_STATES
            self.state = "shutoff" if name in INACTIVE else "paused" if name in PAUSED else "running"
        elif kind in ("network", "pool", "interface", "vol"):
            self.states = OTHER_STATES if kind in ("network", "pool", "vol") else OTHER_STATES[:2]
            self.state = "inactive" if name in INACTIVE else "active"
        else:
            self.states, self.state = (), ""

    def unknown(self):
        """Objects that do not exist, each as arguments."""
        if not self.object:
            return []
        field, kind = self.object
        return [{field: v} for v in (["nosuch"] if kind == "nodedev" else UNKNOWN[kind])]

    def arguments(self, found, changes):
        args = {}
        for f in self.fields:
            kind = KINDS.get(f["type"])
            if kind and f["kind"] == "scalar":
                args[f["name"]] = found.get(kind, OBJECTS[kind])
            elif f["name"] == "name" and self.object == ("name", "nodedev"):
                args["name"] = "scsi_host1"
        if self.name.endswith("_lookup_by_uuid") and self.name[:-15] in found:
            args["uuid"] = found[self.name[:-15]]["uuid"]
        elif self.name == "storage_pool_lookup_by_uuid" and "pool" in found:
            args["uuid"] = found["pool"]["uuid"]
        args.update(self.base)
        args.update(changes)
        if self.object and isinstance(args[self.object[0]], dict) and args[self.object[0]].get("uuid", b"") is None:
            args[self.object[0]] = dict(args[self.object[0]], uuid=found[self.object[1]]["uuid"])
        return args


def prepare(c, subject, state):
    """Bring the world into the state the subject needs; returns the objects found, by kind."""
    found, name = {}, subject.name
    kinds = {KINDS.get(f["type"]) for f in subject.fields}
    image = name.startswith(("domain_restore", "domain_save_image"))
    saved = name.startswith("domain_managed_save_") or name == "domain_has_managed_save_image"
    if subject.states == DOMAIN_STATES or kinds & {"domain"} or name in ("domain_lookup_by_uuid", "connect_get_all_domain_stats"):
        create = ("domain_create_xml", {"xml_desc": world.FULL}) if "transient" in state else ("domain_create", {"dom": dom()})
        if "transient" not in state:
            c.must("domain_define_xml", {"xml": world.FULL})
        c.must(*create)
        if image or (saved and "transient" not in state):
            c.must(*(("domain_save", {"dom": dom(), "to": DIR + "/image"}) if image else ("domain_managed_save", {"dom": dom()})))
            if state != "shutoff":
                c.must(*create)
        if "snapshot" in name and name != "domain_snapshot_create_xml":
            c.must("domain_snapshot_create_xml", {"dom": dom(), "xml_desc": "<domainsnapshot><name>s0</name></domainsnapshot>"})
            c.must("domain_snapshot_create_xml", {"dom": dom(), "xml_desc": "<domainsnapshot><name>s1</name></domainsnapshot>"})
        if "checkpoint" in name and name != "domain_checkpoint_create_xml":
            for n in ("c0", "c1"):
                c.must("domain_checkpoint_create_xml", {"dom": dom(), "xml_desc": f"<domaincheckpoint><name>{n}</name></domaincheckpoint>"})
        if "paused" in state:
            c.must("domain_suspend", {"dom": dom()})
        if state == "shutoff" and not (image or saved):
            c.must("domain_destroy", {"dom": dom()})
    if kinds & {"network", "port"} or name.startswith("network_lookup"):
        net = c.must("network_lookup_by_name", {"name": "default"})["net"]
        net["uuid"] = bytes.fromhex(net["uuid"])
        if state != "active" and state:
            c.must("network_destroy", {"net": net})
        if state == "transient":
            c.must("network_undefine", {"net": net})
            c.must("network_create_xml", {"xml": f"<network><name>default</name><uuid>{uuid.UUID(bytes=net['uuid'])}</uuid></network>"})
        found["network"], found["port"] = net, {"net": net, "uuid": world.UNKNOWN_UUID}
    if kinds & {"pool", "vol"} or name.startswith(("storage_vol", "storage_pool_lookup")):
        pool = c.must("storage_pool_lookup_by_name", {"name": "default-pool"})["pool"]
        pool["uuid"] = bytes.fromhex(pool["uuid"])
        found["pool"] = pool
        if state == "transient":
            c.must("storage_pool_destroy", {"pool": pool})
            c.must("storage_pool_undefine", {"pool": pool})
            c.must("storage_pool_create_xml", {"xml": "<pool type='dir'><name>default-pool</name><uuid>"
                   f"{uuid.UUID(bytes=pool['uuid'])}</uuid><target><path>/default-pool</path></target></pool>"})
        if name != "storage_pool_delete" and "build" not in name:
            c.must("storage_vol_create_xml", {"pool": pool, "xml": "<volume><name>vol1</name><capacity>1048576</capacity></volume>"})
        if state == "inactive":
            c.must("storage_pool_destroy", {"pool": pool})
    if "interface" in kinds and state == "inactive":
        c.must("interface_destroy", {"iface": OBJECTS["interface"]})
    if name in ("interface_change_commit", "interface_change_rollback"):
        c.must("interface_change_begin")
    return found


REGISTER = {
    "connect_domain_event_deregister": ("connect_domain_event_register", {}),
    "connect_domain_event_deregister_any": ("connect_domain_event_register_any", {}),
    "connect_domain_event_callback_deregister_any": ("connect_domain_event_callback_register_any", {}),
    "connect_network_event_deregister_any": ("connect_network_event_register_any", {}),
    "connect_storage_pool_event_deregister_any": ("connect_storage_pool_event_register_any", {}),
    "connect_node_device_event_deregister_any": ("connect_node_device_event_register_any", {}),
    "connect_unregister_close_callback": ("connect_register_close_callback", {}),
}


def settled(r):
    """The answer with its lists in a fixed order: the reference's own changes with every process."""
    ok = r.get("ok")
    if isinstance(ok, dict):
        for k, v in ok.items():
            if k in ("names", "ids"):
                ok[k] = sorted(v)
            elif isinstance(v, list) and v and isinstance(v[0], dict) and "name" in v[0]:
                ok[k] = sorted(v, key=lambda x: x["name"])
            elif k == "retStats":
                ok[k] = sorted(v, key=lambda x: x["dom"]["name"])
    return r


class Prober:
    def __init__(self, reference):
        self.reference, self.count = reference, 0

    def probe(self, subject, changes=None, state=None, readonly=None, fds=False):
        """The answer to the subject's call; readonly is None, "socket" or "flag"."""
        self.count += 1
        state = subject.state if state is None else state
        conns = []
        try:
            first = self.reference.fresh()
            conns.append(first)
            found = prepare(first, subject, state)
            c = first
            if readonly or subject.name in REGISTER:
                c = self.reference.opened(flags=1 if readonly == "flag" else 0, readonly_socket=readonly == "socket")
                conns.append(c)
            if subject.name in REGISTER:
                c.must(*REGISTER[subject.name])
            if subject.name == "connect_open":
                c = self.reference.connect(readonly == "socket")
                conns.append(c)
            opened = [os.open("/dev/null", os.O_RDWR)] if fds else []
            try:
                return settled(c.call(subject.name, subject.arguments(found, changes or {}), opened))
            finally:
                for fd in opened:
                    os.close(fd)
        except wire.Closed as e:
            self.reference.revive()
            return {"closed": str(e)}
        except TimeoutError:
            return {"silence": True}
        finally:
            if conns:
                self.reference.leave(*conns)

    def before_open(self, subject):
        self.count += 1
        try:
            with self.reference.connect() as c:
                return c.call(subject.name, subject.arguments({}, {}))
        except wire.Closed as e:
            self.reference.revive()
            return {"closed": str(e)}
