"""Direct calls through libvirt-python, one after the other against a fresh world.

usage: probes.py URI-READ-WRITE URI-READ-ONLY

Prints a JSON list. Every element has the name of the call and either "ok" (the result as Python writes it), "error" (the
whole error as it arrived) or "binding_error" (the binding refused without asking the daemon).
"""

import json
import re
import sys

import libvirt

URI, URI_RO = sys.argv[1:]
libvirt.registerErrorHandler(lambda *_: None, None)
UNKNOWN = "00000000-0000-0000-0000-000000000009"
CODES = {v: k for k, v in vars(libvirt).items() if re.match("VIR_ERR_", k) and k not in ("VIR_ERR_NONE", "VIR_ERR_WARNING", "VIR_ERR_ERROR")}
DOMAINS = {v: k for k, v in vars(libvirt).items() if k.startswith("VIR_FROM_")}

conn = libvirt.open(URI)
ro = libvirt.openReadOnly(URI_RO)
dom = conn.lookupByName("test")
xml = dom.XMLDesc()


def net():
    return conn.networkLookupByName("default")


def pool():
    return conn.storagePoolLookupByName("default-pool")


def undefine_active():
    dom.undefine()
    conn.defineXML(xml)


def screenshot():
    stream = conn.newStream()
    mime = dom.screenshot(stream, 0)
    stream.abort()
    return mime


def socket_of(uri):
    """The URI, led to the socket under test."""
    return uri + "?" + URI.partition("?")[2]


def same(name="test", ident=dom.UUIDString()):
    return f"<domain type='test'><name>{name}</name><uuid>{ident}</uuid><memory>1024</memory><os><type>hvm</type></os></domain>"


CALLS = [
    ("virDomainLookupByName unknown", lambda: conn.lookupByName("x")),
    ("virDomainLookupByID unknown", lambda: conn.lookupByID(99)),
    ("virDomainLookupByUUID unknown", lambda: conn.lookupByUUIDString(UNKNOWN)),
    ("virDomainLookupByUUIDString malformed", lambda: conn.lookupByUUIDString("x")),
    ("virNetworkLookupByName unknown", lambda: conn.networkLookupByName("x")),
    ("virNetworkLookupByUUID unknown", lambda: conn.networkLookupByUUIDString(UNKNOWN)),
    ("virStoragePoolLookupByName unknown", lambda: conn.storagePoolLookupByName("x")),
    ("virStoragePoolLookupByUUID unknown", lambda: conn.storagePoolLookupByUUIDString(UNKNOWN)),
    ("virStorageVolLookupByName unknown", lambda: pool().storageVolLookupByName("x")),
    ("virStorageVolLookupByKey unknown", lambda: conn.storageVolLookupByKey("x")),
    ("virStorageVolLookupByPath unknown", lambda: conn.storageVolLookupByPath("/x")),
    ("virInterfaceLookupByName unknown", lambda: conn.interfaceLookupByName("x")),
    ("virInterfaceLookupByMACString unknown", lambda: conn.interfaceLookupByMACString("x")),
    ("virNodeDeviceLookupByName unknown", lambda: conn.nodeDeviceLookupByName("x")),
    ("virSecretLookupByUUID", lambda: conn.secretLookupByUUIDString(UNKNOWN)),
    ("virNWFilterLookupByName", lambda: conn.nwfilterLookupByName("x")),
    ("virDomainSnapshotLookupByName unknown", lambda: dom.snapshotLookupByName("x")),
    ("virDomainCheckpointLookupByName unknown", lambda: dom.checkpointLookupByName("x")),
    ("virDomainSnapshotCurrent none", lambda: dom.snapshotCurrent()),
    ("virDomainDefineXML not xml", lambda: conn.defineXML("oops")),
    ("virDomainDefineXML wrong root", lambda: conn.defineXML("<network/>")),
    ("virDomainDefineXML no type", lambda: conn.defineXML("<domain/>")),
    ("virDomainDefineXML bad type", lambda: conn.defineXML("<domain type='bogus'/>")),
    ("virDomainDefineXML no name", lambda: conn.defineXML("<domain type='test'/>")),
    ("virDomainDefineXML name slash", lambda: conn.defineXML(same("a/b", UNKNOWN))),
    ("virDomainDefineXML dup name", lambda: conn.defineXML(same("test", UNKNOWN))),
    ("virDomainDefineXML dup uuid", lambda: conn.defineXML(same("other"))),
    ("virDomainCreateXML already active", lambda: conn.createXML(xml)),
    ("virDomainDefineXMLFlags bad flag", lambda: conn.defineXMLFlags(xml, 0x100000)),
    ("virDomainCreate active", lambda: dom.create()),
    ("virDomainResume running", lambda: dom.resume()),
    ("virDomainUndefine active", undefine_active),
    ("virDomainSuspend", lambda: dom.suspend()),
    ("virDomainSuspend paused", lambda: dom.suspend()),
    ("virDomainGetTime paused", lambda: dom.getTime()),
    ("virDomainResume", lambda: dom.resume()),
    ("virDomainGetInfo", lambda: dom.info()),
    ("virDomainGetState", lambda: dom.state()),
    ("virDomainGetOSType", lambda: dom.OSType()),
    ("virDomainGetMaxMemory", lambda: dom.maxMemory()),
    ("virDomainGetMaxVcpus", lambda: dom.maxVcpus()),
    ("virDomainGetVcpus", lambda: dom.vcpus()),
    ("virDomainGetVcpuPinInfo", lambda: dom.vcpuPinInfo()),
    ("virDomainGetEmulatorPinInfo", lambda: dom.emulatorPinInfo()),
    ("virDomainGetBlockInfo vda", lambda: dom.blockInfo("vda")),
    ("virDomainBlockStats vda", lambda: dom.blockStats("vda")),
    ("virDomainBlockStatsFlags vda", lambda: dom.blockStatsFlags("vda")),
    ("virDomainInterfaceStats testnet0", lambda: dom.interfaceStats("testnet0")),
    ("virDomainMemoryStats", lambda: dom.memoryStats()),
    ("virDomainGetCPUStats total", lambda: dom.getCPUStats(True)),
    ("virDomainGetCPUStats percpu", lambda: dom.getCPUStats(False)),
    ("virDomainGetDiskErrors", lambda: dom.diskErrors()),
    ("virDomainGetFSInfo", lambda: dom.fsInfo()),
    ("virDomainInterfaceAddresses", lambda: dom.interfaceAddresses(0)),
    ("virDomainGetTime", lambda: dom.getTime()),
    ("virDomainGetControlInfo", lambda: dom.controlInfo()),
    ("virDomainGetHostname", lambda: dom.hostname()),
    ("virDomainGetSchedulerType", lambda: dom.schedulerType()),
    ("virDomainGetSchedulerParameters", lambda: dom.schedulerParameters()),
    ("virDomainGetMemoryParameters", lambda: dom.memoryParameters()),
    ("virDomainGetBlkioParameters", lambda: dom.blkioParameters()),
    ("virDomainGetNumaParameters", lambda: dom.numaParameters()),
    ("virDomainGetBlockIoTune", lambda: dom.blockIoTune("vda")),
    ("virDomainGetInterfaceParameters", lambda: dom.interfaceParameters("testnet0")),
    ("virDomainGetPerfEvents", lambda: dom.perfEvents()),
    ("virDomainGetSecurityLabel", lambda: dom.securityLabel()),
    ("virDomainGetSecurityLabelList", lambda: dom.securityLabelList()),
    ("virNodeGetSecurityModel", lambda: conn.getSecurityModel()),
    ("virDomainMemoryPeek 0 8 PHYSICAL", lambda: dom.memoryPeek(0, 8, libvirt.VIR_MEMORY_PHYSICAL)),
    ("virDomainBlockPeek", lambda: dom.blockPeek("vda", 0, 8)),
    ("virDomainGetJobInfo", lambda: dom.jobInfo()),
    ("virDomainGetJobStats", lambda: dom.jobStats()),
    ("virDomainGetGuestInfo", lambda: dom.guestInfo()),
    ("virDomainGetMessages", lambda: dom.messages()),
    ("virDomainGetLaunchSecurityInfo", lambda: dom.launchSecurityInfo()),
    ("virDomainIsActive/Persistent/Updated", lambda: (dom.isActive(), dom.isPersistent(), dom.isUpdated())),
    ("virConnectGetType", lambda: conn.getType()),
    ("virConnectGetVersion", lambda: conn.getVersion()),
    ("virConnectGetLibVersion", lambda: conn.getLibVersion()),
    ("virConnectIsSecure/Encrypted/Alive", lambda: (conn.isSecure(), conn.isEncrypted(), conn.isAlive())),
    ("virNodeGetInfo", lambda: conn.getInfo()),
    ("virNodeGetFreeMemory", lambda: conn.getFreeMemory()),
    ("virNodeGetCellsFreeMemory", lambda: conn.getCellsFreeMemory(0, 2)),
    ("virNodeGetCPUStats -1", lambda: conn.getCPUStats(-1)),
    ("virNodeGetCPUStats 0", lambda: conn.getCPUStats(0)),
    ("virNodeGetCPUStats 99", lambda: conn.getCPUStats(99)),
    ("virNodeGetFreePages", lambda: conn.getFreePages([4], 0, 1)),
    ("virNodeGetCPUMap", lambda: conn.getCPUMap()),
    ("virNodeGetMemoryStats", lambda: conn.getMemoryStats(-1)),
    ("virConnectGetMaxVcpus", lambda: conn.getMaxVcpus("test")),
    ("virConnectGetCPUModelNames i686", lambda: len(conn.getCPUModelNames("i686"))),
    ("virConnectListAllSecrets", lambda: conn.listAllSecrets()),
    ("virConnectListAllNWFilters", lambda: conn.listAllNWFilters()),
    ("virConnectListAllNetworks", lambda: [n.name() for n in conn.listAllNetworks()]),
    ("virConnectListAllNodeDevices 0", lambda: [d.name() for d in conn.listAllDevices(0)]),
    ("virConnectListAllInterfaces", lambda: [i.name() for i in conn.listAllInterfaces()]),
    ("virConnectNumOf*", lambda: (conn.numOfDomains(), conn.numOfDefinedDomains(), conn.numOfNetworks(), conn.numOfStoragePools(), conn.numOfInterfaces())),
    ("virConnectSetKeepAlive", lambda: conn.setKeepAlive(5, 3)),
    ("virDomainSetMemoryFlags too big", lambda: dom.setMemoryFlags(99999999)),
    ("virDomainSetVcpus >host", lambda: dom.setVcpus(40)),
    ("virDomainSetVcpus >max", lambda: dom.setVcpus(3)),
    ("virDomainSetSchedulerParameters bad", lambda: dom.setSchedulerParameters({"zz": 1})),
    ("virDomainSetAutostart", lambda: dom.setAutostart(1)),
    ("virDomainGetAutostart", lambda: dom.autostart()),
    ("virDomainDestroy ro", lambda: ro.lookupByName("test").destroy()),
    ("virDomainGetXMLDesc secure ro", lambda: ro.lookupByName("test").XMLDesc(libvirt.VIR_DOMAIN_XML_SECURE)),
    ("virDomainMigrateSetMaxDowntime unsupported", lambda: dom.migrateSetMaxDowntime(100)),
    ("virDomainAttachDevice", lambda: dom.attachDevice("<disk type='file' device='disk'/>")),
    ("virNetworkCreate active", lambda: net().create()),
    ("virNetworkUndefine active", lambda: net().undefine()),
    ("virStoragePoolCreate active", lambda: pool().create()),
    ("virStorageVolCreateXML too big", lambda: pool().createXML("<volume><name>v</name><capacity unit='T'>100</capacity></volume>")),
    ("virInterfaceCreate active", lambda: conn.interfaceLookupByName("eth1").create()),
    ("virInterfaceChangeCommit none", lambda: conn.changeCommit()),
    ("virNodeDeviceDestroy computer", lambda: conn.nodeDeviceLookupByName("computer").destroy()),
    ("virNodeDeviceDestroy scsi_host1", lambda: conn.nodeDeviceLookupByName("scsi_host1").destroy()),
    ("virDomainDestroy", lambda: dom.destroy()),
    ("virDomainShutdown off", lambda: dom.shutdown()),
    ("virDomainReboot off", lambda: dom.reboot()),
    ("virDomainDestroy off", lambda: dom.destroy()),
    ("virDomainSuspend off", lambda: dom.suspend()),
    ("virDomainResume off", lambda: dom.resume()),
    ("virDomainGetHostname off", lambda: dom.hostname()),
    ("virDomainSave off", lambda: dom.save("/x")),
    ("virDomainManagedSave off", lambda: dom.managedSave()),
    ("virDomainGetVcpus off", lambda: dom.vcpus()),
    ("virDomainPinVcpu off", lambda: dom.pinVcpu(0, (True,))),
    ("virDomainSetMemory off", lambda: dom.setMemory(1024)),
    ("virDomainGetInfo off", lambda: dom.info()),
    ("virDomainGetSecurityLabel off", lambda: dom.securityLabel()),
    ("virDomainCheckpointCreateXML off", lambda: dom.checkpointCreateXML("<domaincheckpoint/>")),
    ("virDomainScreenshot off", screenshot),
    ("virDomainGetMetadata missing", lambda: dom.metadata(libvirt.VIR_DOMAIN_METADATA_ELEMENT, "urn:x")),
    ("virDomainOpenConsole", lambda: dom.openConsole(None, conn.newStream())),
    ("virDomainUndefine", lambda: dom.undefine()),
    ("virDomainGetInfo after undefine", lambda: dom.info()),
    ("virConnectOpen test+unix:///", lambda: libvirt.open(socket_of("test+unix:///"))),
    ("virConnectOpen test+unix:///nonexistent", lambda: libvirt.open(socket_of("test+unix:///nonexistent"))),
    ("virConnectOpen bogus+unix:///x", lambda: libvirt.open(socket_of("bogus+unix:///x"))),
]


def answer(call):
    try:
        return {"ok": repr(call())}
    except libvirt.libvirtError as e:
        code, domain, message, level, str1, str2, str3, int1, int2 = e.err
        return {"error": {"code": CODES.get(code), "code_n": code, "domain": DOMAINS.get(domain), "domain_n": domain, "message": message,
                          "level": level, "str1": str1, "str2": str2, "str3": str3, "int1": int1, "int2": int2}}
    except Exception as e:  # whatever else is raised comes from the binding
        return {"binding_error": repr(e)}


print(json.dumps([dict(call=name, **answer(call)) for name, call in CALLS], indent=1))
