//go:build linux

package node

import (
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// sysDevice is a device as the kernel and udev know it.
type sysDevice struct {
	h    *Host
	path string // below the root: sys/devices/pci0000:00/0000:00:02.0
	// subsystem is the bus or the class that it was found in.
	subsystem string
	// properties are those of the kernel's uevent file, and of udev.
	properties map[string]string
	links      []string // below /dev
}

// Where the kernel lists the devices that we describe.
var (
	sysBuses   = []string{"pci", "usb", "scsi", "mdev", "vdpa"}
	sysClasses = []string{"block", "net", "scsi_generic", "drm"}
)

// sysDevices are all of them, parents before children.
func (h *Host) sysDevices() []*sysDevice {
	var out []*sysDevice
	list := func(dir, subsystem string) {
		entries, err := fs.ReadDir(h.root, dir)
		if err != nil {
			return // a kernel without it
		}
		for _, e := range entries {
			if p, ok := h.follow(path.Join(dir, e.Name())); ok {
				out = append(out, h.sysDevice(p, subsystem))
			}
		}
	}
	for _, b := range sysBuses {
		list(path.Join("sys/bus", b, "devices"), b)
	}
	for _, c := range sysClasses {
		list(path.Join("sys/class", c), c)
	}
	slices.SortFunc(out, func(a, b *sysDevice) int { return strings.Compare(a.path, b.path) })
	return out
}

// follow is where a link of the kernel leads; it has one step only.
func (h *Host) follow(link string) (string, bool) {
	to, err := fs.ReadLink(h.root, link)
	if err != nil {
		return "", false
	}
	p := path.Join(path.Dir(link), to)
	return p, fs.ValidPath(p)
}

// sysDevice reads what is known of the device at a path.
func (h *Host) sysDevice(p, subsystem string) *sysDevice {
	d := &sysDevice{h: h, path: p, subsystem: subsystem, properties: map[string]string{}}
	for line := range strings.Lines(h.word(path.Join(p, "uevent"))) {
		if k, v, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "="); ok {
			d.properties[k] = v
		}
	}
	text, err := h.read(path.Join("run/udev/data", d.udevID()))
	if err != nil {
		return d
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if link, ok := strings.CutPrefix(line, "S:"); ok {
			d.links = append(d.links, link)
		}
		if property, ok := strings.CutPrefix(line, "E:"); ok {
			if k, v, ok := strings.Cut(property, "="); ok {
				d.properties[k] = v
			}
		}
	}
	slices.Sort(d.links)
	return d
}

// udevID is how udev calls the device.
func (d *sysDevice) udevID() string {
	switch number := d.properties["MAJOR"] + ":" + d.properties["MINOR"]; {
	case d.subsystem == "net":
		return "n" + d.properties["IFINDEX"]
	case number == ":":
		return "+" + d.subsystem + ":" + d.name()
	case d.subsystem == "block":
		return "b" + number
	default:
		return "c" + number
	}
}

func (d *sysDevice) name() string { return path.Base(d.path) }

// attr is the content of a file of the device without the end of its line, ""
// where there is none.
func (d *sysDevice) attr(name string) string {
	text, err := d.h.read(path.Join(d.path, name))
	if err != nil {
		return ""
	}
	return strings.TrimRight(text, "\n")
}

// link is the name that a link of the device leads to, "" where there is none.
func (d *sysDevice) link(name string) string {
	to, ok := d.h.follow(path.Join(d.path, name))
	if !ok {
		return ""
	}
	return path.Base(to)
}

// hexAttr and the others read numbers; ok is false where there is none.
func (d *sysDevice) hexAttr(name string) (uint, bool) { return fromHex(d.attr(name)) }

func fromHex(text string) (uint, bool) {
	n, err := strconv.ParseUint(strings.TrimPrefix(text, "0x"), 16, 32)
	return uint(n), err == nil
}

func decimal(text string) (uint, bool) {
	n, err := strconv.ParseUint(text, 10, 32)
	return uint(n), err == nil
}

// devNode is the file of the device, "" where it has none.
func (d *sysDevice) devNode() string {
	if n := d.properties["DEVNAME"]; n != "" {
		return "/dev/" + n
	}
	return ""
}
