#!/usr/bin/env python3
"""Shows a real libvirtd a made-up tree of devices and writes what it says of them.

    devices.py drivers/node/testdata/devices/tree.txt DIR

DIR gets devices.xml, interfaces.list and interfaces.xml. To be run as root inside the reference's namespaces, where
nothing else needs /sys: the tree takes its place for this process and the libvirtd that it starts.

    PATH = TEXT            a file, with \\n and \\xNN in it
    PATH ~ SIZE OFF:HEX    a file of that size, zero but for what is given
    PATH -> TARGET         a link
    PATH/                  a folder
"""

import os
import subprocess
import sys
import time

MOUNTED = "SURVEY_DEVICES_MOUNTED"
RUN = "/run/devices-survey"
SOCKET = RUN + "/libvirt-sock"


def make(tree, root):
    with open(tree, encoding="utf-8") as f:
        lines = f.read().splitlines()
    for line in lines:
        for kind in (" -> ", " ~ ", " ="):
            name, found, rest = line.partition(kind)
            if found:
                break
        else:
            name, kind, rest = line, "/", ""
        path, rest = os.path.join(root, name.rstrip("/")), rest.removeprefix(" ")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if kind == " -> ":
            os.symlink(rest, path)
        elif kind == "/":
            os.makedirs(path, exist_ok=True)
        else:
            with open(path, "wb") as f:
                f.write(sparse(rest) if kind == " ~ " else rest.encode("latin-1").decode("unicode_escape").encode("latin-1"))


def sparse(text):
    size, *runs = text.split()
    out = bytearray(int(size))
    for run in runs:
        at, data = run.split(":")
        data = bytes.fromhex(data)
        out[int(at, 16):int(at, 16) + len(data)] = data
    return out


def virsh(*args):
    r = subprocess.run(["virsh", "-c", f"qemu+unix:///system?socket={SOCKET}", *args], capture_output=True, text=True, check=False)
    return r.stdout + r.stderr


def main(tree, out):
    if not os.environ.get(MOUNTED):
        # The mounts are for this process alone; udev's library looks whether /sys is one unless it is told not to.
        env = dict(os.environ, **{MOUNTED: "1", "SYSTEMD_DEVICE_VERIFY_SYSFS": "0"})
        os.execvpe("unshare", ["unshare", "--mount", sys.executable, os.path.abspath(__file__), tree, out], env)
    root = RUN + "/root"
    subprocess.run(["rm", "-rf", RUN], check=True)
    make(tree, root)
    for place in ("sys", "run/udev", "usr/share/misc"):
        os.makedirs("/" + place, exist_ok=True)
        subprocess.run(["mount", "--bind", f"{root}/{place}", "/" + place], check=True)
    with open("/etc/libvirt/libvirtd.conf", encoding="utf-8") as f:
        conf = [line for line in f if not line.startswith("unix_sock_dir")]
    with open(RUN + "/conf", "w", encoding="utf-8") as f:
        f.writelines(conf + [f'\nunix_sock_dir = "{RUN}"\n'])
    with open(RUN + "/log", "w", encoding="utf-8") as log:
        daemon = subprocess.Popen(["libvirtd", "--config", RUN + "/conf", "--pid-file", RUN + "/pid"], stdout=log, stderr=log)
    try:
        for _ in range(50):
            if os.path.exists(SOCKET):
                break
            time.sleep(0.2)
        time.sleep(1)
        documents = {
            "devices.xml": "".join(virsh("nodedev-dumpxml", d) for d in virsh("nodedev-list").split()),
            "interfaces.xml": "".join(virsh("iface-dumpxml", i) for i in sorted(os.listdir("/sys/class/net"))),
            "interfaces.list": virsh("iface-list", "--all"),
        }
    finally:
        daemon.terminate()
        daemon.wait()
    for name, text in documents.items():
        if name.endswith(".xml"):
            text = "".join(line + "\n" for line in text.splitlines() if line)
        with open(os.path.join(out, name), "w", encoding="utf-8") as f:
            f.write(text)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
