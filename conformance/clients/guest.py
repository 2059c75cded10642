"""A real guest as libvirt-python sees it, in two parts, so that other clients can look at it while it runs.

usage: guest.py begin|end URI DIR PORT

DIR has kernel and initrd, and gets a pool. PORT is that of a network block device on this machine.
"""

import io
import sys
import threading
import time

import libvirt

PART, URI, DIR, PORT = sys.argv[1:]
NAME = "stock"
MIB = 1 << 20
POOL = f"<pool type='dir'><name>{NAME}</name><target><path>{DIR}/pool</path></target></pool>"
VOLUME = "<volume><name>disk.img</name><capacity unit='MiB'>8</capacity><allocation>0</allocation><target><format type='raw'/></target></volume>"
DOMAIN = f"""<domain type='qemu'>
  <name>{NAME}</name>
  <memory unit='MiB'>160</memory>
  <vcpu>1</vcpu>
  <os>
    <type arch='x86_64' machine='pc'>hvm</type>
    <kernel>{DIR}/kernel</kernel>
    <initrd>{DIR}/initrd</initrd>
    <cmdline>console=ttyS0 quiet</cmdline>
  </os>
  <features><acpi/></features>
  <devices>
    <disk type='file' device='disk'>
      <driver name='qemu' type='raw'/>
      <source file='{DIR}/pool/disk.img'/>
      <target dev='vda' bus='virtio'/>
    </disk>
    <disk type='network' device='disk'>
      <driver name='qemu' type='raw'/>
      <source protocol='nbd' name='disk'><host name='127.0.0.1' port='{PORT}'/></source>
      <target dev='vdb' bus='virtio'/>
      <readonly/>
    </disk>
    <serial type='pty'/>
    <console type='pty'/>
    <graphics type='vnc' autoport='yes' listen='127.0.0.1'/>
    <video><model type='vga'/></video>
    <memballoon model='virtio'/>
  </devices>
</domain>"""
seen, change = [], threading.Condition()


def note(*event):
    with change:
        seen.append(event)
        change.notify()


def expect(*event):
    """The next event is this one; it is still there if it came before we asked."""
    with change:
        if not change.wait_for(lambda: seen, timeout=20):
            sys.exit(f"no event, expected {event}")
        got = seen.pop(0)
    if got != event:
        sys.exit(f"event {got}, expected {event}")


class Console:
    """The guest's first console, which talks to a shell in it."""

    def __init__(self, dom):
        self.text = b""
        self.stream = dom.connect().newStream(libvirt.VIR_STREAM_NONBLOCK)
        dom.openConsole(None, self.stream, libvirt.VIR_DOMAIN_CONSOLE_FORCE)

    def until(self, what, limit=120):
        """Read until the text shows up; returns what stood before it."""
        end = time.monotonic() + limit
        while what not in self.text:
            data = self.stream.recv(4096)
            if data == -2:  # nothing there
                if time.monotonic() > end:
                    sys.exit(f"no {what!r} in {self.text!r}")
                time.sleep(0.05)
            elif data:
                self.text += data
            else:
                sys.exit(f"the console ended with {self.text!r}")
        before, _, self.text = self.text.partition(what)
        return before

    def run(self, command):
        """What a command prints, without what the terminal echoes of it."""
        self.stream.send(f"{command}; echo 'do''ne'\r".encode())
        self.until(b"\n")
        return self.until(b"done").decode().strip()

    def close(self):
        self.stream.abort()


def volume(conn):
    """Bytes go into a volume and come back, whole and sparse."""
    pool = conn.storagePoolDefineXML(POOL)
    pool.build()
    pool.create()
    vol = pool.createXML(VOLUME)
    stream = conn.newStream()
    vol.upload(stream, 0, 2 * MIB)
    text = b"from python" + bytes(2 * MIB - 11)
    stream.sendAll(lambda _, n, source: source.read(n), io.BytesIO(text))
    stream.finish()
    stream, got = conn.newStream(), bytearray()
    vol.download(stream, 0, 1 * MIB)
    stream.recvAll(lambda _, data, __: got.extend(data), None)
    stream.finish()
    assert got == text[:MIB], (len(got), bytes(got[:20]))
    stream, got, holes = conn.newStream(), bytearray(), []
    vol.download(stream, 0, 0, libvirt.VIR_STORAGE_VOL_DOWNLOAD_SPARSE_STREAM)
    stream.sparseRecvAll(lambda _, data, __: got.extend(data), lambda _, n, __: (holes.append(n), got.extend(bytes(n))), None)
    stream.finish()
    assert got == text + bytes(6 * MIB) and sum(holes) >= 6 * MIB, (len(got), holes)
    info = vol.info()
    assert info[1] == 8 * MIB and 0 < info[2] <= 8 * MIB, info
    print("volume")


def begin(conn):
    volume(conn)
    dom = conn.defineXML(DOMAIN)
    expect("lifecycle", libvirt.VIR_DOMAIN_EVENT_DEFINED, libvirt.VIR_DOMAIN_EVENT_DEFINED_ADDED)
    dom.createWithFlags(libvirt.VIR_DOMAIN_START_PAUSED)
    expect("lifecycle", libvirt.VIR_DOMAIN_EVENT_STARTED, libvirt.VIR_DOMAIN_EVENT_STARTED_BOOTED)
    expect("lifecycle", libvirt.VIR_DOMAIN_EVENT_SUSPENDED, libvirt.VIR_DOMAIN_EVENT_SUSPENDED_PAUSED)
    console = Console(dom)
    dom.resume()
    expect("lifecycle", libvirt.VIR_DOMAIN_EVENT_RESUMED, libvirt.VIR_DOMAIN_EVENT_RESUMED_UNPAUSED)
    console.until(b"guest: ready")
    console.until(b"# ")
    print("console")
    for disk, text in ("vda", "from python"), ("vdb", "from nbdkit"):
        got = console.run(f"head -c 11 /dev/{disk}")
        assert text in got, (disk, got)
        print("the guest has read", text)
    console.close()

    stream, picture = conn.newStream(), bytearray()
    kind = dom.screenshot(stream, 0, 0)
    stream.recvAll(lambda _, data, __: picture.extend(data), None)
    stream.finish()
    assert (kind, picture[:2]) in (("image/x-portable-pixmap", b"P6"), ("image/png", b"\x89P")), (kind, picture[:8])
    print("screenshot")

    (_, stats), = conn.getAllDomainStats(0, 0)
    assert stats["state.state"] == libvirt.VIR_DOMAIN_RUNNING and stats["block.count"] == 2 and stats["block.0.rd.bytes"] > 0, stats
    assert stats["vcpu.current"] == 1 and stats["balloon.current"] == 160 << 10 and stats["cpu.time"] > 0, stats
    assert dom.blockStats("vdb")[1] > 0 and dom.info()[4] > 0 and dom.memoryStats()["rss"] > 0
    assert dom.blockInfo("vda")[0] == 8 * MIB
    dom.setMemory(128 << 10)
    with change:  # one event or more, as the guest gives its memory back
        if not change.wait_for(lambda: ("balloon", 128 << 10) in seen, timeout=20):
            sys.exit(f"the balloon does not get there: {seen}")
        assert {e[0] for e in seen} == {"balloon"}, seen
        seen.clear()
    print("statistics")


def end(conn):
    dom = conn.lookupByName(NAME)
    dom.suspend()
    expect("lifecycle", libvirt.VIR_DOMAIN_EVENT_SUSPENDED, libvirt.VIR_DOMAIN_EVENT_SUSPENDED_PAUSED)
    dom.resume()
    expect("lifecycle", libvirt.VIR_DOMAIN_EVENT_RESUMED, libvirt.VIR_DOMAIN_EVENT_RESUMED_UNPAUSED)
    dom.destroy()
    expect("lifecycle", libvirt.VIR_DOMAIN_EVENT_SHUTDOWN, libvirt.VIR_DOMAIN_EVENT_SHUTDOWN_HOST)
    expect("lifecycle", libvirt.VIR_DOMAIN_EVENT_STOPPED, libvirt.VIR_DOMAIN_EVENT_STOPPED_DESTROYED)
    dom.undefine()
    expect("lifecycle", libvirt.VIR_DOMAIN_EVENT_UNDEFINED, libvirt.VIR_DOMAIN_EVENT_UNDEFINED_REMOVED)
    pool = conn.storagePoolLookupByName(NAME)
    pool.storageVolLookupByName("disk.img").delete()
    pool.destroy()
    pool.delete()
    pool.undefine()
    assert conn.listAllDomains() == [] and conn.listAllStoragePools() == []
    print("gone")


libvirt.virEventRegisterDefaultImpl()
stop = threading.Event()


def loop():
    while not stop.is_set():
        libvirt.virEventRunDefaultImpl()


libvirt.virEventAddTimeout(100, lambda *_: None, None)  # so that the loop looks at stop
thread = threading.Thread(target=loop)
thread.start()
try:
    conn = libvirt.open(URI)
    ids = [
        conn.domainEventRegisterAny(None, libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE, lambda c, d, e, r, o: note("lifecycle", e, r), None),
        conn.domainEventRegisterAny(None, libvirt.VIR_DOMAIN_EVENT_ID_BALLOON_CHANGE, lambda c, d, n, o: note("balloon", n), None),
    ]
    {"begin": begin, "end": end}[PART](conn)
    for i in ids:
        conn.domainEventDeregisterAny(i)
    assert not seen, seen
    conn.close()
finally:
    stop.set()
    thread.join()
