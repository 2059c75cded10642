"""A domain's life as an application sees it through libvirt-python, with the events in order.

usage: lifecycle.py URI
"""

import os
import sys
import threading

import libvirt

URI = sys.argv[1]
UUID = "c0ffee00-0000-4000-8000-000000000001"
XML = f"""<domain type='test'>
  <name>python</name>
  <uuid>{UUID}</uuid>
  <memory>65536</memory>
  <os><type>hvm</type></os>
</domain>"""
NAMES = ["defined", "undefined", "started", "suspended", "resumed", "stopped"]
seen, change = [], threading.Condition()


def lifecycle(conn, dom, event, detail, _):
    with change:
        seen.append((dom.name(), dom.UUIDString(), NAMES[event], detail))
        change.notify()


def expect(event, detail):
    """The next event is this one; it is still there if it came before we asked."""
    with change:
        if not change.wait_for(lambda: seen, timeout=10):
            sys.exit(f"no event, expected {event}")
        got = seen.pop(0)
    if got != ("python", UUID, event, detail):
        sys.exit(f"event {got}, expected {event} {detail}")
    print("event", event, detail)


libvirt.virEventRegisterDefaultImpl()
stop = threading.Event()


def loop():
    while not stop.is_set():
        libvirt.virEventRunDefaultImpl()


timer = libvirt.virEventAddTimeout(100, lambda *_: None, None)  # so that the loop looks at stop
thread = threading.Thread(target=loop)
thread.start()
try:
    conn = libvirt.open(URI)
    conn.setKeepAlive(5, 3)
    closed = []
    conn.registerCloseCallback(lambda *args: closed.append(args), None)
    callback = conn.domainEventRegisterAny(None, libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE, lifecycle, None)

    dom = conn.defineXML(XML)
    expect("defined", libvirt.VIR_DOMAIN_EVENT_DEFINED_ADDED)
    assert not dom.isActive() and dom.isPersistent()
    assert [d.name() for d in conn.listAllDomains(libvirt.VIR_CONNECT_LIST_DOMAINS_INACTIVE)] == ["python"]
    dom.create()
    expect("started", libvirt.VIR_DOMAIN_EVENT_STARTED_BOOTED)
    assert dom.state()[0] == libvirt.VIR_DOMAIN_RUNNING and dom.ID() > 0
    dom.suspend()
    expect("suspended", libvirt.VIR_DOMAIN_EVENT_SUSPENDED_PAUSED)
    dom.resume()
    expect("resumed", libvirt.VIR_DOMAIN_EVENT_RESUMED_UNPAUSED)
    dom.destroy()
    expect("stopped", libvirt.VIR_DOMAIN_EVENT_STOPPED_DESTROYED)

    # with a descriptor passed along; the daemon takes it and closes it
    r, w = os.pipe()
    os.write(w, b"x")
    dom.createWithFiles([r, w])
    os.close(r)
    os.close(w)
    expect("started", libvirt.VIR_DOMAIN_EVENT_STARTED_BOOTED)
    dom.destroy()
    expect("stopped", libvirt.VIR_DOMAIN_EVENT_STOPPED_DESTROYED)

    dom.undefine()
    expect("undefined", libvirt.VIR_DOMAIN_EVENT_UNDEFINED_REMOVED)
    conn.domainEventDeregisterAny(callback)
    try:
        conn.lookupByName("python")
        sys.exit("the domain is still there")
    except libvirt.libvirtError as e:
        assert e.get_error_code() == libvirt.VIR_ERR_NO_DOMAIN, e
    assert conn.isAlive() and not closed and not seen
    conn.unregisterCloseCallback()
    del dom  # an object holds its connection open
    assert conn.close() == 0
finally:
    stop.set()
    thread.join()
print("done")
