"""Every kind of object and of event once, as an application uses them through libvirt-python.

usage: objects.py URI [superset]

With "superset" also what the reference's test driver does not have: secrets, network filters, bytes in volumes.
"""

import sys
import threading

import libvirt

URI, SUPERSET = sys.argv[1], "superset" in sys.argv[2:]
seen, change = [], threading.Condition()
NETWORK = ["defined", "undefined", "started", "stopped"]
POOL = NETWORK + ["created", "deleted"]
NODEDEV = ["created", "deleted", "defined", "undefined"]


def note(*what):
    with change:
        seen.append(" ".join(map(str, what)))
        change.notify()


def expect(*what):
    """The event comes within a while; the order between kinds of events is not the point."""
    want = " ".join(map(str, what))
    with change:
        if not change.wait_for(lambda: want in seen, timeout=10):
            sys.exit(f"no event {want!r} among {seen}")
        seen.remove(want)


def fails(code, f, *args):
    try:
        f(*args)
    except libvirt.libvirtError as e:
        assert e.get_error_code() == code, (e.get_error_code(), str(e))
        return
    sys.exit(f"{f} succeeded, expected error {code}")


libvirt.virEventRegisterDefaultImpl()
libvirt.registerErrorHandler(lambda *_: None, None)
stop = threading.Event()


def loop():
    while not stop.is_set():
        libvirt.virEventRunDefaultImpl()


timer = libvirt.virEventAddTimeout(100, lambda *_: None, None)
thread = threading.Thread(target=loop)
thread.start()


def networks(c):
    c.networkEventRegisterAny(None, libvirt.VIR_NETWORK_EVENT_ID_LIFECYCLE, lambda c, n, event, detail, _: note("network", n.name(), NETWORK[event]), None)
    n = c.networkDefineXML("<network><name>py</name><forward mode='nat'/><bridge name='virbr7'/>"
                           "<ip address='192.168.77.1' netmask='255.255.255.0'><dhcp><range start='192.168.77.2' end='192.168.77.9'/></dhcp></ip></network>")
    expect("network", "py", "defined")
    assert not n.isActive() and n.isPersistent() and n.bridgeName() == "virbr7"
    n.create()
    expect("network", "py", "started")
    n.setAutostart(1)
    assert n.autostart() == 1
    assert {x.name() for x in c.listAllNetworks(libvirt.VIR_CONNECT_LIST_NETWORKS_ACTIVE)} == {"default", "py"}
    n.update(libvirt.VIR_NETWORK_UPDATE_COMMAND_ADD_LAST, libvirt.VIR_NETWORK_SECTION_IP_DHCP_HOST, -1,
             "<host mac='52:54:00:00:00:01' ip='192.168.77.5'/>", libvirt.VIR_NETWORK_UPDATE_AFFECT_LIVE)
    assert "192.168.77.5" in n.XMLDesc()
    n.destroy()
    expect("network", "py", "stopped")
    n.undefine()
    expect("network", "py", "undefined")
    fails(libvirt.VIR_ERR_NO_NETWORK, c.networkLookupByName, "py")


def storage(c):
    c.storagePoolEventRegisterAny(None, libvirt.VIR_STORAGE_POOL_EVENT_ID_LIFECYCLE, lambda c, p, event, detail, _: note("pool", p.name(), POOL[event]), None)
    c.storagePoolEventRegisterAny(None, libvirt.VIR_STORAGE_POOL_EVENT_ID_REFRESH, lambda c, p, _: note("pool", p.name(), "refreshed"), None)
    p = c.storagePoolDefineXML("<pool type='dir'><name>py</name><target><path>/py</path></target></pool>")
    expect("pool", "py", "defined")
    p.build()
    expect("pool", "py", "created")
    p.create()
    expect("pool", "py", "started")
    p.refresh()
    expect("pool", "py", "refreshed")
    v = p.createXML("<volume><name>one</name><capacity>65536</capacity></volume>")
    assert v.path() == "/py/one" and v.info()[1] == 65536
    w = p.createXMLFrom("<volume><name>two</name><capacity>65536</capacity></volume>", v)
    assert sorted(p.listVolumes()) == ["one", "two"] and c.storageVolLookupByPath("/py/two").name() == "two"
    if SUPERSET:
        data = bytes(range(256)) * 16
        s = c.newStream()
        v.upload(s, 0, len(data))
        s.sendAll(lambda _, n, rest: rest.pop(0) if rest else b"", [data])
        s.finish()
        got = []
        s = c.newStream()
        v.download(s, 0, len(data))
        s.recvAll(lambda _, b, __: got.append(b), None)
        s.finish()
        assert b"".join(got) == data
        v.resize(1 << 17)
        assert v.info()[1] == 1 << 17
        v.wipe()
    w.delete()
    v.delete()
    p.destroy()
    expect("pool", "py", "stopped")
    p.delete()
    expect("pool", "py", "deleted")
    p.undefine()
    expect("pool", "py", "undefined")


def interfaces(c):
    xml = "<interface type='ethernet' name='eth7'><mac address='aa:bb:cc:dd:ee:07'/></interface>"
    c.changeBegin()
    i = c.interfaceDefineXML(xml)
    c.changeRollback()
    fails(libvirt.VIR_ERR_NO_INTERFACE, c.interfaceLookupByName, "eth7")
    c.changeBegin()
    i = c.interfaceDefineXML(xml)
    i.create()
    c.changeCommit()
    assert c.interfaceLookupByMACString("aa:bb:cc:dd:ee:07").name() == "eth7" and i.isActive()
    i.destroy()
    i.undefine()


def devices(c):
    c.nodeDeviceEventRegisterAny(None, libvirt.VIR_NODE_DEVICE_EVENT_ID_LIFECYCLE, lambda c, d, event, detail, _: note("device", d.name(), NODEDEV[event]), None)
    assert {"computer", "scsi_host1"} <= {d.name() for d in c.listAllDevices()}
    d = c.nodeDeviceCreateXML("<device><parent>scsi_host1</parent><capability type='scsi_host'><capability type='fc_host'>"
                              "<wwnn>2000000012341234</wwnn><wwpn>1000000012341234</wwpn></capability></capability></device>")
    name = d.name()
    expect("device", name, "created")
    assert d.parent() == "scsi_host1" and "fc_host" in d.XMLDesc()
    d.destroy()
    expect("device", name, "deleted")


def domains(c):
    d = c.defineXML("<domain type='test'><name>py</name><memory>65536</memory><vcpu>2</vcpu><os><type>hvm</type></os><devices>"
                    "<disk type='file'><source file='/py.img'/><target dev='vda'/></disk></devices></domain>")
    c.domainEventRegisterAny(None, libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE, lambda c, d, event, detail, _: note("domain", d.name(), event, detail), None)
    c.domainEventRegisterAny(None, libvirt.VIR_DOMAIN_EVENT_ID_METADATA_CHANGE, lambda c, d, kind, uri, _: note("metadata", d.name(), kind, uri), None)
    d.setMetadata(libvirt.VIR_DOMAIN_METADATA_ELEMENT, "<x/>", "k", "http://k/", libvirt.VIR_DOMAIN_AFFECT_CONFIG)
    expect("metadata", "py", libvirt.VIR_DOMAIN_METADATA_ELEMENT, "http://k/")
    one = d.snapshotCreateXML("<domainsnapshot><name>one</name></domainsnapshot>")
    d.create()
    expect("domain", "py", libvirt.VIR_DOMAIN_EVENT_STARTED, libvirt.VIR_DOMAIN_EVENT_STARTED_BOOTED)
    two = d.snapshotCreateXML("<domainsnapshot><name>two</name><description>running</description></domainsnapshot>")
    assert two.getParent().getName() == "one" and d.snapshotCurrent().getName() == "two" and d.snapshotNum() == 2
    d.revertToSnapshot(one)
    expect("domain", "py", libvirt.VIR_DOMAIN_EVENT_STOPPED, libvirt.VIR_DOMAIN_EVENT_STOPPED_FROM_SNAPSHOT)
    d.revertToSnapshot(two)
    expect("domain", "py", libvirt.VIR_DOMAIN_EVENT_STARTED, libvirt.VIR_DOMAIN_EVENT_STARTED_FROM_SNAPSHOT)
    one.delete(libvirt.VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN)
    assert d.listAllSnapshots() == []
    k = d.checkpointCreateXML("<domaincheckpoint><name>c</name><disks><disk name='vda' checkpoint='bitmap'/></disks></domaincheckpoint>")
    assert [x.getName() for x in d.listAllCheckpoints()] == ["c"]
    k.delete()
    d.managedSave()
    expect("domain", "py", libvirt.VIR_DOMAIN_EVENT_STOPPED, libvirt.VIR_DOMAIN_EVENT_STOPPED_SAVED)
    assert d.hasManagedSaveImage()
    d.undefineFlags(libvirt.VIR_DOMAIN_UNDEFINE_MANAGED_SAVE)
    expect("domain", "py", libvirt.VIR_DOMAIN_EVENT_UNDEFINED, libvirt.VIR_DOMAIN_EVENT_UNDEFINED_REMOVED)


# what is typed on the console of the simulated guest, and the event that it makes
EVENTS = [
    ("REBOOT", "reboot", ""), ("RTC_CHANGE", "clock 90", "90"), ("WATCHDOG", "watchdog debug", "5"),
    ("IO_ERROR", "io-error /py.img virtio-disk0 report", "/py.img virtio-disk0 2"),
    ("IO_ERROR_REASON", "io-error /py.img virtio-disk0 report enospc", "/py.img virtio-disk0 2 enospc"),
    ("CONTROL_ERROR", "control-error", ""), ("BLOCK_JOB", "block-job vda /py.img", "/py.img 1 0"),
    ("BLOCK_JOB_2", "block-job vda /py.img ready", "vda 1 3"), ("DISK_CHANGE", "disk-change ide0-0-0 /old /new", "/old /new ide0-0-0 0"),
    ("TRAY_CHANGE", "tray closed ide0-0-0", "ide0-0-0 1"), ("PMSUSPEND", "sleep", "0"), ("PMWAKEUP", "wake", "0"),
    ("BALLOON_CHANGE", "balloon 4096", "4096"), ("DEVICE_REMOVED", "unplug net0", "net0"),
    ("AGENT_LIFECYCLE", "agent connected", "1 2"), ("DEVICE_ADDED", "plug net1", "net1"), ("MIGRATION_ITERATION", "migration 3", "3"),
    ("DEVICE_REMOVAL_FAILED", "keep net1", "net1"), ("BLOCK_THRESHOLD", "threshold vda /py.img 10 5", "vda /py.img 10 5"),
    ("MEMORY_FAILURE", "memory-failure guest inject", "1 1 0"), ("MEMORY_DEVICE_SIZE_CHANGE", "memory-size virtiomem0 512", "virtiomem0 512"),
    ("TUNABLE", "tune cputune.vcpupin0 3", "{'cputune.vcpupin0': 3}"),
    ("GRAPHICS", "screen", None), ("JOB_COMPLETED", "job 10", None), ("PMSUSPEND_DISK", "sleep disk", "0"),
]


def events(c):
    d = c.defineXML("<domain type='test'><name>py</name><memory>65536</memory><os><type>hvm</type></os></domain>")
    d.create()
    for name, _, want in EVENTS:
        def heard(c, d, *rest, name=name, want=want):
            note(name, *(() if want is None else rest[:-1]))

        c.domainEventRegisterAny(d, getattr(libvirt, "VIR_DOMAIN_EVENT_ID_" + name), heard, None)
    s = c.newStream()
    d.openConsole(None, s)
    for name, typed, want in EVENTS:
        s.send(typed.encode() + b"\r")
        expect(*filter(None, (name, want)))
    s.abort()
    d.destroy()
    d.undefine()


def secrets(c):
    c.secretEventRegisterAny(None, libvirt.VIR_SECRET_EVENT_ID_LIFECYCLE, lambda c, s, event, detail, _: note("secret", s.usageID(), event), None)
    c.secretEventRegisterAny(None, libvirt.VIR_SECRET_EVENT_ID_VALUE_CHANGED, lambda c, s, _: note("secret", s.usageID(), "value"), None)
    s = c.secretDefineXML("<secret ephemeral='no' private='no'><usage type='ceph'><name>py</name></usage></secret>")
    expect("secret", "py", libvirt.VIR_SECRET_EVENT_DEFINED)
    s.setValue(b"\0value")
    expect("secret", "py", "value")
    assert s.value() == b"\0value" and c.secretLookupByUsage(libvirt.VIR_SECRET_USAGE_TYPE_CEPH, "py").UUIDString() == s.UUIDString()
    s.undefine()
    expect("secret", "py", libvirt.VIR_SECRET_EVENT_UNDEFINED)


def filters(c):
    f = c.nwfilterDefineXML("<filter name='py' chain='root'><rule action='drop' direction='in'><tcp dstportstart='22'/></rule></filter>")
    assert "priority='500'" in f.XMLDesc() and "py" in c.listNWFilters()
    f.undefine()
    fails(libvirt.VIR_ERR_NO_NWFILTER, c.nwfilterLookupByName, "py")


try:
    conn = libvirt.open(URI)
    for part in [networks, storage, interfaces, devices, domains] + ([events, secrets, filters] if SUPERSET else []):
        part(conn)
        print(part.__name__)
    del conn
finally:
    stop.set()
    thread.join()
print("done")
