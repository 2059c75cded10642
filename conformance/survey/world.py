"""Fresh worlds of the reference's test:///default, one per probe.

The reference forgets the world when its last connection closes, so a probe that opens the only connection
starts from the defaults, and nothing a probe does can spoil the next one.  A marker domain defined before
each close shows when the daemon had not yet let go of the old world; the open is then repeated.
"""

import shlex
import subprocess
import time
import uuid

import wire

URI = "test:///default"
MARKER = ("<domain type='test'><name>survey-marker</name><uuid>99999999-9999-4999-8999-999999999999</uuid>"
          "<memory>1024</memory><os><type>hvm</type></os></domain>")
MARKER_UUID = uuid.UUID("99999999-9999-4999-8999-999999999999").bytes
UNKNOWN_UUID = uuid.UUID("00000000-0000-4000-8000-0000000000ff").bytes
FULL_UUID = uuid.UUID("11111111-1111-4111-8111-111111111111").bytes
FULL = """<domain type='test'>
  <name>full</name>
  <uuid>11111111-1111-4111-8111-111111111111</uuid>
  <title>a title</title>
  <description>a description</description>
  <metadata><a:x xmlns:a='http://a.example/1'>one</a:x></metadata>
  <memory unit='KiB'>2097152</memory>
  <currentMemory unit='KiB'>1048576</currentMemory>
  <vcpu current='2'>4</vcpu>
  <iothreads>2</iothreads>
  <iothreadids><iothread id='1'/><iothread id='2'/></iothreadids>
  <os><type arch='i686'>hvm</type></os>
  <devices>
    <disk type='file' device='disk'><source file='/var/lib/full.img'/><target dev='vda' bus='virtio'/><alias name='ua-disk'/></disk>
    <disk type='file' device='cdrom'><target dev='hda' bus='ide'/><readonly/></disk>
    <interface type='network'><mac address='52:54:00:00:00:01'/><source network='default'/><target dev='testnet0'/></interface>
    <console type='pty'><target type='serial' port='0'/></console>
    <graphics type='vnc' port='5901' autoport='no'/>
    <memballoon model='virtio'/>
  </devices>
</domain>"""


class Reference:
    """The daemon under survey; `command` prints the path of its socket and starts it when it is not running."""

    def __init__(self, schema, command):
        self.schema, self.command = schema, shlex.split(command)
        self.deaths = 0
        self.start()

    def start(self):
        self.path = subprocess.check_output(self.command, text=True).strip()

    def revive(self):
        """After a probe lost its connection: wait until the daemon (perhaps a new one) answers again."""
        self.deaths += 1
        for _ in range(50):
            try:
                self.start()
                with wire.Connection(self.schema, self.path) as c:
                    c.must("auth_list")
                return
            except (OSError, wire.Closed, subprocess.CalledProcessError):
                time.sleep(0.2)
        raise RuntimeError("the reference does not come back")

    def connect(self, readonly_socket=False):
        """A connection that has passed authentication and opened nothing."""
        path = self.path + "-ro" if readonly_socket else self.path
        c = wire.Connection(self.schema, path)
        c.must("auth_list")
        return c

    def opened(self, flags=0, readonly_socket=False):
        """One more connection to the world as it is."""
        c = self.connect(readonly_socket)
        c.must("connect_open", {"name": URI, "flags": flags})
        return c

    def fresh(self):
        """The first connection of a new world."""
        for _ in range(200):
            c = self.opened()
            if "error" in c.call("domain_lookup_by_uuid", {"uuid": MARKER_UUID}):
                c.must("domain_define_xml", {"xml": MARKER})
                c.must("domain_undefine", {"dom": {"name": "survey-marker", "uuid": MARKER_UUID}})
                return c
            c.close()
            time.sleep(0.01)
        raise RuntimeError("somebody else keeps the world of the reference open")

    def leave(self, *conns):
        """Mark the world as old, and close its connections."""
        try:
            conns[0].call("domain_define_xml", {"xml": MARKER})
        except (wire.Closed, OSError):
            pass
        for c in conns:
            c.close()
