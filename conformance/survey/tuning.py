#!/usr/bin/env python3
"""What calls change in a domain: parameters, pins, iothreads, devices; and what can be read of it afterwards.

    tuning.py --socket COMMAND --facts rpc-programs.json --out FILE [part ...]
"""

import argparse
import re
import sys

import report
import wire
import world
from arguments import param
from script import compact_event

ABOUT = ("What calls change in domains of libvirtd 11.3.0's test driver; made by conformance/survey/tuning.py. A part: the "
         "document that is defined in a fresh world, a pattern, and steps. A step: do (procedure, about that domain), args, ok or error, "
         "live and inactive: what the pattern finds in the two documents, where it is not what it was; events on the calling connection as [event, domain, id, fields...].")
U, L, I, B, S = 2, 4, 1, 6, 7  # types of parameters
EMPTY = bytes(1)


def params(**kv):
    return [param(k.replace("__", "."), *v) for k, v in kv.items()]


def setter(name, *sets, **more):
    """A call for each set of parameters, and one for each combination of flags."""
    out = [(name, {**more, "params": params(**s), "flags": 0}) for s in sets]
    return out + [(name, {**more, "params": params(**sets[0]), "flags": f}) for f in (1, 2, 3, 16)]


def getter(name, **more):
    count = [(name, {**more, "nparams": 0, "flags": f}) for f in (0, 1, 3)] if "nparams" in more else []
    return [(name, {**more, "flags": f}) for f in (0, 1, 2, 3, 4, 16)] + count


LIM = 9007199254740991
MEMORY = setter("domain_set_memory_parameters", {"hard_limit": (L, 1000000)}, {"soft_limit": (L, 500000)}, {"swap_hard_limit": (L, 2000000)},
                {"swap_hard_limit": (L, 5)}, {"hard_limit": (L, LIM)}, {"hard_limit": (L, 0)}, {"hard_limit": (L, 10), "soft_limit": (L, 20)},
                {"swap_hard_limit": (L, LIM + 1)}, {"hard_limit": (L, 2**64 - 1)}, {"min_guarantee": (L, 1)},
                {"soft_limit": (L, 3), "swap_hard_limit": (L, 100), "hard_limit": (L, 50)}, {"hard_limit": (L, 200)}, {"zz": (L, 1), "aa": (L, 1)})
MEMORY += getter("domain_get_memory_parameters", nparams=3) + [("domain_get_memory_parameters", {"nparams": 2})]
MEMORY += [("domain_set_memory_stats_period", {"period": 5 + f, "flags": f}) for f in (0, 1, 2, 3)]
MEMORY += [("domain_set_memory_stats_period", {"period": 0})]

BLKIO = setter("domain_set_blkio_parameters", {"weight": (U, 500)}, {"weight": (U, 0)}, {"weight": (U, 99999)}, {"device_weight": (S, "/dev/sda,300,/dev/sdb,400")},
               {"device_read_iops_sec": (S, "/dev/sda,10")}, {"device_write_iops_sec": (S, "/dev/sda,11")}, {"device_read_bytes_sec": (S, "/dev/sda,99999999999")},
               {"device_write_bytes_sec": (S, "/dev/sda,13")}, {"device_weight": (S, "/dev/sda,0,/dev/new,0")}, {"device_weight": (S, "/dev/new,2,/dev/sda,2")},
               {"device_weight": (S, "/dev/sdc,5,/dev/sdc,7")}, {"weight": (U, 600), "device_weight": (S, "/dev/sda,x")},
               *({"device_weight": (S, s)} for s in ("/a", "", ",", "/a,x", "/a,-1", "/a,99999999999", "/a,5,", "/a,5 ", " /f, 5", "/a,+5", "/a,0x10", "/a,5x,/b,3", "/a,,/b,3", "/a,5,/b")),
               {"device_read_iops_sec": (S, "/dev/sda,99999999999")}, {"device_read_bytes_sec": (S, "/dev/sda,0")})
BLKIO += getter("domain_get_blkio_parameters", nparams=6) + [("domain_get_blkio_parameters", {"nparams": 3, "flags": 4})]

NUMA = setter("domain_set_numa_parameters", {"numa_mode": (I, 0)}, {"numa_nodeset": (S, "0")}, {"numa_mode": (I, 1)}, {"numa_mode": (I, 3)}, {"numa_mode": (I, 4)},
              {"numa_mode": (I, -1)}, {"numa_nodeset": (S, "")}, {"numa_nodeset": (S, "x")}, {"numa_nodeset": (S, "0-9")},
              {"numa_nodeset": (S, "1"), "numa_mode": (I, 2)}, {"numa_nodeset": (S, "^0")}, {"numa_nodeset": (S, "0,^0")})
NUMA += getter("domain_get_numa_parameters", nparams=2)

CARD = setter("domain_set_interface_parameters", {"inbound.peak": (U, 5)}, {"inbound.average": (U, 100), "inbound.peak": (U, 200), "inbound.burst": (U, 300)},
              {"inbound.average": (U, 100)}, {"inbound.floor": (U, 50)}, {"outbound.average": (U, 10), "outbound.burst": (U, 7)}, {"outbound.peak": (U, 20)},
              {"inbound.average": (U, 0)}, {"outbound.average": (U, 0), "outbound.peak": (U, 5)}, {"inbound.average": (U, 100), "inbound.floor": (U, 5)},
              {"inbound.average": (U, 0), "inbound.floor": (U, 0)}, device="testnet0")
CARD += setter("domain_set_interface_parameters", {"inbound.average": (U, 9)}, device="52:54:00:00:00:01")
CARD += setter("domain_set_interface_parameters", {"inbound.average": (U, 9)}, device="nope")
CARD += getter("domain_get_interface_parameters", nparams=7, device="testnet0") + [("domain_get_interface_parameters", {"nparams": 7, "device": "nope"})]
CARD += [("domain_interface_addresses", {"source": s, "flags": 0}) for s in (0, 1, 2, 3)]

IOTUNE = setter("domain_set_block_io_tune", {"total_bytes_sec": (L, 1000)}, {"total_bytes_sec_max": (L, 100)}, {"total_bytes_sec": (L, 50)}, {"read_bytes_sec": (L, 5)},
                {"total_bytes_sec_max": (L, 5)}, {"total_bytes_sec_max": (L, 0)}, {"read_bytes_sec_max": (L, 5)}, {"read_iops_sec": (L, 3), "total_iops_sec": (L, 3)},
                {"read_iops_sec_max": (L, 3), "total_iops_sec_max": (L, 3)}, {"write_iops_sec": (L, 3), "write_iops_sec_max": (L, 30)}, {"size_iops_sec": (L, 4)},
                {"group_name": (S, "grp")}, {"group_name": (S, "")}, {"write_iops_sec_max_length": (L, 5)}, {"size_iops_sec": (L, 10**15 + 1)},
                {"size_iops_sec": (L, 10**15)}, {"total_bytes_sec": (L, 2**63)}, {"total_bytes_sec": (L, 0), "total_bytes_sec_max": (L, 0)}, disk="vda")
IOTUNE += setter("domain_set_block_io_tune", {"read_bytes_sec_max": (L, 1)}, disk="/var/lib/full.img") + setter("domain_set_block_io_tune", {"read_bytes_sec": (L, 1)}, disk="nope")
IOTUNE += setter("domain_set_block_io_tune", {"write_bytes_sec": (L, 1), "read_bytes_sec": (L, 1), "write_iops_sec": (L, 1)}, disk="hda")
IOTUNE += getter("domain_get_block_io_tune", disk="vda", nparams=20) + [("domain_get_block_io_tune", {"disk": "nope", "nparams": 20}), ("domain_get_block_io_tune", {"disk": "vda", "nparams": 15})]

PERF = setter("domain_set_perf_events", {"cmt": (B, 1)}, {"emulation_faults": (B, 1)}, {"mbmt": (B, 0)}, {"cpu_cycles": (B, 1), "cmt": (B, 0)}) + getter("domain_get_perf_events")

PINS = [("domain_get_vcpus", {"maxinfo": 4, "maplen": 2}), ("domain_get_vcpu_pin_info", {"ncpumaps": 4, "maplen": 2, "flags": 0})]
for m in (b"\x03", b"\xff\xff", EMPTY, b"\x00\x00\x00\x10", b"\x01" * 64):
    PINS += [("domain_pin_vcpu", {"vcpu": 0, "cpumap": m}), ("domain_pin_emulator", {"cpumap": m, "flags": 0})]
PINS += [("domain_pin_vcpu", {"vcpu": 2, "cpumap": b"\x01"})]
PINS += [("domain_pin_vcpu_flags", {"vcpu": 1, "cpumap": b"\x02", "flags": f}) for f in (0, 1, 2, 3)]
PINS += [("domain_pin_emulator", {"cpumap": bytes([1 + f]), "flags": f}) for f in (1, 2, 3)]
PINS += [("domain_get_vcpu_pin_info", {"ncpumaps": 5, "maplen": 4, "flags": f}) for f in (0, 1, 2)]
PINS += [("domain_get_emulator_pin_info", {"maplen": 3, "flags": f}) for f in (0, 1, 2, 3)] + [("domain_get_vcpus", {"maxinfo": 4, "maplen": 4})]

THREADS = [("domain_get_iothread_info", {"flags": f}) for f in (0, 1, 2, 3)]
THREADS += [("domain_add_iothread", {"iothread_id": 10 + f, "flags": f}) for f in (0, 1, 2, 3)] + [("domain_add_iothread", {"iothread_id": 1}), ("domain_add_iothread", {"iothread_id": 0})]
THREADS += [("domain_pin_iothread", {"iothreads_id": i, "cpumap": m, "flags": f}) for i, m, f in ((2, b"\x09", 0), (2, b"\xff\xff", 2), (2, b"\x00\x80\x00", 1), (77, b"\x01", 0), (1, EMPTY, 0), (1, b"\x01", 3))]
THREADS += [("domain_get_iothread_info", {"flags": f}) for f in (0, 2)]
POLL = [{"poll_max_ns": (L, 1000)}, {"poll_grow": (U, 2), "poll_shrink": (U, 3)}, {"poll_grow": (L, 2)}, {"zz": (I, 1), "aa": (I, 1)}, {"thread_pool_min": (I, 1)}]
THREADS += setter("domain_set_iothread_params", *POLL, iothread_id=10) + setter("domain_set_iothread_params", *POLL, iothread_id=2) + setter("domain_set_iothread_params", *POLL, iothread_id=99)
THREADS += [("domain_del_iothread", {"iothread_id": i, "flags": f}) for i, f in ((1, 0), (2, 0), (2, 2), (10, 1), (10, 2), (12, 2), (99, 0), (3, 3), (11, 0), (0, 0))]


def disk(dev, bus="virtio", source="/n.img", kind="disk", more=""):
    return f"<disk type='file' device='{kind}'><source file='{source}'/><target dev='{dev}' bus='{bus}'/>{more}</disk>"


def card(kind, mac="52:54:00:00:00:77", source="<source bridge='b'/>"):
    return f"<interface type='{kind}'><mac address='{mac}'/>{source}</interface>"


def host(kind, source, more=""):
    return f"<hostdev mode='subsystem' type='{kind}'><source>{source}</source>{more}</hostdev>"


PCI = "<address domain='0' bus='1' slot='2' function='0'/>"
ATTACH = [disk("vdb"), disk("vdb"), disk("vda", "scsi"), disk("vdk", more="<alias name='ua-k'/>"), disk("vdl", more="<alias name='ua-k'/>"), disk("vdm", more="<alias name='foo'/>"),
          disk("sda", "scsi"), disk("sdb", "sata"), disk("sdu", "usb"), disk("hdc", "ide"), disk("xvda", "xen"), disk("foo"), disk("vdz", more="<boot order='1'/>"),
          disk("hda", "ide", "/new.iso", "cdrom"), disk("hda", "sata", "/other.iso", "cdrom"), disk("hdb", "ide", "/x", "cdrom"), disk("vdc", "virtio", "/x", "cdrom"), disk("fda", "fdc", "/f", "floppy"),
          disk("vdn", "virtio", "/x", "lun"), "<disk type='block' device='lun'><source dev='/x'/><target dev='vdo' bus='virtio'/></disk>",
          card("bridge"), card("bridge", "52:54:00:00:00:78"), card("ethernet", "52:54:00:00:00:79", ""), card("network", source="<source network='default'/>"), card("user", source=""), card("direct", source="<source dev='eth0' mode='bridge'/>"),
          host("pci", PCI), host("pci", PCI.replace("'2'", "'3'"), "<alias name='ua-p'/>"), host("usb", "<address bus='1' device='2'/>"), host("scsi", "<adapter name='scsi_host0'/><address bus='0' target='0' unit='0'/>"),
          "<hostdev mode='capabilities' type='misc'><source><char>/dev/input</char></source></hostdev>",
          "<controller type='scsi'/>", "<input type='tablet' bus='usb'/>", "<input type='keyboard' bus='virtio'/>", "<graphics type='vnc'/>", "<sound model='ich6'/>", "<video><model type='cirrus'/></video>",
          "<watchdog model='i6300esb'/>", "<rng model='virtio'><backend model='random'>/dev/random</backend></rng>", "<console type='pty'/>", "<serial type='pty'/>", "<parallel type='pty'/>",
          "<channel type='pty'><target type='virtio' name='x'/></channel>", "<memballoon model='virtio'/>", "<hub type='usb'/>", "<panic model='isa'/>", "<lease><lockspace>l</lockspace><key>k</key><target path='/p'/></lease>",
          "<memory model='dimm'><target><size unit='KiB'>1024</size><node>0</node></target></memory>", "<memory model='dimm'><target><size unit='KiB'>1024</size></target></memory>", "<redirdev bus='usb' type='spicevmc'/>",
          "<emulator>/x</emulator>", "<redirfilter/>", "<foo/>", "<disk/>", "", "oops"]
DETACH = ["ua-k", "virtio-disk1", "virtio-disk12", "net0", "net1", "ua-p", "usb-disk20", "ua-disk", "nope", ""]
DEVICES = [("domain_attach_device_flags", {"xml": x, "flags": 1}) for x in ATTACH]
DEVICES += [("domain_attach_device", {"xml": disk("vdp")})] + [("domain_attach_device_flags", {"xml": disk("vdq"), "flags": f}) for f in (0, 2, 3, 16, 17)]
DEVICES += [("domain_update_device_flags", {"xml": x, "flags": f}) for x in (disk("vda", source="/u.img"), disk("hda", "ide", "/u.iso", "cdrom"), disk("vdzz"), disk("vda", more="<boot order='1'/>"),
                                                                             card("bridge"), "<graphics type='vnc'/>", "<input type='mouse' bus='usb'/>", "<foo/>") for f in (1, 2, 3, 0)]
DEVICES += [("domain_detach_device_alias", {"alias": a, "flags": 1}) for a in DETACH] + [("domain_detach_device_alias", {"alias": "ua-k", "flags": f}) for f in (0, 2, 3, 16)]

PARTS = {
    "memory": (r"<memtune>.*?</memtune>|<memballoon.*?</memballoon>|<memballoon[^>]*/>", MEMORY),
    "blkio": (r"<blkiotune>.*?</blkiotune>", BLKIO),
    "numa": (r"<numatune>.*?</numatune>", NUMA),
    "interface": (r"<bandwidth>.*?</bandwidth>", CARD),
    "iotune": (r"<iotune>.*?</iotune>", IOTUNE),
    "perf": (r"<perf>.*?</perf>", PERF),
    "pins": (r"<cputune>.*?</cputune>", PINS),
    "iothreads": (r"<iothreads>.*?</iothreads>|<iothreadids>.*?</iothreadids>|<cputune>.*?</cputune>", THREADS),
    "devices": (r"<devices>.*?</devices>", DEVICES),
}
STATES = {"shutoff": [], "running": ["domain_create"]}


def run(ref, pattern, steps, before):
    c = ref.fresh()
    c.must("domain_define_xml", {"xml": world.FULL})
    dom = {"name": "full", "uuid": world.FULL_UUID, "id": -1}
    for name in before:
        c.must(name, {"dom": dom})
    for event in 0, 15:
        c.must("connect_domain_event_callback_register_any", {"eventID": event})
    seen, out = {}, []
    for name, args in steps:
        step = {"do": name, "args": wire.plain(args)}
        r = c.call(name, {"dom": dom, **args})
        if "error" in r or r["ok"]:
            step.update(r)
        for label, flags in ("live", 0), ("inactive", 2):
            text = c.must("domain_get_xml_desc", {"dom": dom, "flags": flags})["xml"]
            found = re.findall(pattern, text, re.S)
            if seen.get(label, found if not out else None) != found:
                step[label] = found
            seen[label] = found
        events = [compact_event(e) for e in c.drain(0.002)]
        if events:
            step["events"] = events
        out.append(step)
    ref.leave(c)
    return out


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--socket", required=True, help="command that prints the path of the daemon's socket, starting the daemon when needed")
    ap.add_argument("--facts", required=True)
    ap.add_argument("--out", required=True)
    ap.add_argument("part", nargs="*", choices=list(PARTS) + [[]], help="only these parts, printed instead of written")
    a = ap.parse_args()
    ref = world.Reference(wire.Schema(a.facts), a.socket)
    out = {"document": world.FULL}
    for name, (pattern, steps) in PARTS.items():
        if not a.part or name in a.part:
            print(name, file=sys.stderr, flush=True)
            out[name] = {"pattern": pattern, **{state: run(ref, pattern, steps, before) for state, before in STATES.items()}}
    if a.part:
        print(report.text(report.Formats().shorten(out)))
    else:
        report.write(a.out, ABOUT, out)


if __name__ == "__main__":
    main()
