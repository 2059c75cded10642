package argv

import (
	"strings"

	"github.com/govirtd/govirtd/domxml"
)

// disks are the images of all disks and the devices that the guest sees.
func (b *builder) disks() error {
	for i := range b.d.Devices.Disks {
		if err := b.disk(&b.d.Devices.Disks[i]); err != nil {
			return err
		}
	}
	return nil
}

func (b *builder) disk(k *domxml.Disk) error {
	boot := b.boot.ofDisk(k)
	if t := k.Transient; t != nil && t.ShareBacking == domxml.Yes {
		return nil // plugged in once its overlay is there
	}
	if k.Target.Bus == domxml.DiskBusFDC {
		boot = 0 // said by the controller
	}
	if k.Target.Bus == domxml.DiskBusSD {
		return b.sdCard(k)
	}
	drive := ""
	switch {
	case k.Type == domxml.DiskVhostUser:
		if err := b.vhostUserDisk(k); err != nil {
			return err
		}
	default:
		node, err := b.diskNodes(k)
		if err != nil {
			return err
		}
		drive = node
	}
	p, err := b.diskDevice(k, drive, boot)
	if err != nil {
		return err
	}
	b.device(p, k.Alias)
	return nil
}

// diskNodes adds the chain of a disk and the filters on top, and returns the
// node that the device uses; empty without a medium.
func (b *builder) diskNodes(k *domxml.Disk) (string, error) {
	i := diskImage(k)
	if i == nil {
		return "", nil
	}
	if r := k.Source.Reservations; r != nil && r.Managed != domxml.Yes && r.Source != nil {
		b.object(props("qom-type", "pr-manager-helper", "id", "pr-helper-"+i.storageNode(), "path", r.Source.Path))
	}
	// What was opened for writing alone cannot be read-only itself.
	i.keepFormat = i.readonly && b.singleFD(i)
	b.namesFormats(i)
	if err := b.blockdevs(i); err != nil {
		return "", err
	}
	node := i.top()
	if r := k.Driver; r != nil && r.CopyOnRead == domxml.On {
		p := props("driver", "copy-on-read", "node-name", "libvirt-CoR-"+k.Target.Dev, "file", node, "discard", "unmap")
		b.blockdev(p)
		node = p.Get("node-name")
	}
	return b.throttleFilters(k, node), nil
}

// throttleFilters puts a disk under the limits of groups. Their nodes are
// numbered after the image's.
func (b *builder) throttleFilters(k *domxml.Disk, node string) string {
	number := firstFilter(k)
	for _, f := range k.ThrottleFilters {
		p := props("driver", "throttle", "node-name", NodeName(number)+"-filter", "throttle-group", "throttle-"+f.Group, "file", node)
		b.blockdev(p)
		node = p.Get("node-name")
		number++
	}
	return node
}

// diskDevice is what the guest sees of a disk.
func (b *builder) diskDevice(k *domxml.Disk, drive string, boot uint) (*Props, error) {
	p := &Props{}
	switch k.Target.Bus {
	case domxml.DiskBusIDE, domxml.DiskBusSATA:
		b.ideDisk(p, k)
	case domxml.DiskBusSCSI:
		b.scsiDisk(p, k)
	case domxml.DiskBusVirtio:
		b.virtioDisk(p, k)
	case domxml.DiskBusUSB:
		p.set("driver", "usb-storage")
		b.deviceAddress(p, &k.DeviceInfo)
	case domxml.DiskBusFDC:
		p.set("driver", "floppy").set("unit", value(k.Address).Unit)
	default:
		return nil, errUnsupported("unsupported disk bus '%s' with device setup", k.Target.Bus)
	}
	if bool(k.Shareable) {
		p.set("share-rw", true)
	}
	if k.Type == domxml.DiskVhostUser {
		p.set("chardev", "chr-vu-"+aliasName(k.Alias))
	} else {
		p.put("drive", drive)
	}
	p.set("id", aliasName(k.Alias)).put("bootindex", boot)
	if k.Boot != nil && k.Boot.LoadParm != "" {
		p.set("loadparm", k.Boot.LoadParm)
	}
	if x := k.BlockIO; x != nil {
		p.put("logical_block_size", x.LogicalBlockSize).put("physical_block_size", x.PhysicalBlockSize)
		p.put("discard_granularity", x.DiscardGranularity)
	}
	if k.Target.Bus != domxml.DiskBusFDC {
		if m, ok := cacheModes[cacheMode(k)]; ok {
			p.set("write-cache", map[bool]string{true: "on", false: "off"}[m.writeback])
		}
	}
	if x := k.Geometry; x != nil && x.Cyls > 0 {
		p.set("cyls", x.Cyls).set("heads", x.Heads).set("secs", x.Secs)
		if x.Trans != "" && k.Target.Bus == domxml.DiskBusIDE {
			p.set("bios-chs-trans", x.Trans)
		}
	}
	if err := b.diskIdentity(p, k); err != nil {
		return nil, err
	}
	if r := k.Driver; r != nil {
		werror, rerror := errorPolicies(r)
		p.put("werror", werror).put("rerror", rerror)
	}
	if k.Target.RotationRate > 0 {
		p.set("rotation_rate", k.Target.RotationRate)
	}
	return p, nil
}

// diskIdentity is by what the guest recognises a disk.
func (b *builder) diskIdentity(p *Props, k *domxml.Disk) error {
	if k.WWN != "" {
		n, ok := parseHex(strings.TrimPrefix(strings.ToLower(k.WWN), "0x"))
		if !ok {
			return errInternal("cannot parse '%s' as a number", k.WWN)
		}
		p.set("wwn", n)
	}
	if k.Target.Bus == domxml.DiskBusSCSI {
		p.put("vendor", k.Vendor).put("product", k.Product)
	}
	if k.Target.Bus == domxml.DiskBusUSB {
		removable := k.Target.Removable == domxml.On
		p.set("removable", removable)
	}
	if k.Type != domxml.DiskVhostUser {
		p.put("serial", serialEscape.Replace(k.Serial))
	}
	return nil
}

// serialEscape is what the reference makes of serial numbers; guests see it.
var serialEscape = strings.NewReplacer(`\`, `\\`, " ", `\ `)

// errorPolicies are what happens on errors of writing and reading.
func errorPolicies(r *domxml.DiskDriver) (werror, rerror string) {
	word := func(policy string) string {
		if policy == "enospace" {
			return "enospc"
		}
		if policy == "default" {
			return ""
		}
		return policy
	}
	werror = word(r.ErrorPolicy)
	rerror = word(r.RErrorPolicy)
	if rerror == "" {
		rerror = werror
	}
	if rerror == "enospc" {
		rerror = "" // reading needs no space
	}
	return werror, rerror
}

func (b *builder) ideDisk(p *Props, k *domxml.Disk) {
	driver := "ide-hd"
	if k.Device == "cdrom" {
		driver = "ide-cd"
	}
	a := value(k.Address)
	p.set("driver", driver)
	bus := "ide"
	if typ := domxml.ControllerType(k.Target.Bus); controllerAlias(b.d, typ, int(a.Controller)) != "" {
		bus = controllerAlias(b.d, typ, int(a.Controller))
	}
	if k.Target.Bus == domxml.DiskBusIDE && !b.isQ35() {
		p.set("bus", bus+"."+itoa(a.Bus)).set("unit", a.Unit)
		return
	}
	p.set("bus", bus+"."+itoa(a.Unit))
}

func (b *builder) scsiDisk(p *Props, k *domxml.Disk) {
	driver := "scsi-hd"
	switch k.Device {
	case "lun":
		driver = "scsi-block"
	case "cdrom":
		driver = "scsi-cd"
	}
	p.set("driver", driver)
	b.scsiPlace(p, k.Address)
	if driver != "scsi-block" {
		id := k.Serial
		if id == "" {
			id = "drive-" + aliasName(k.Alias)
		}
		p.set("device_id", id)
	}
}

func (b *builder) virtioDisk(p *Props, k *domxml.Disk) {
	name := "virtio-blk"
	if k.Type == domxml.DiskVhostUser {
		name = "vhost-user-blk"
	}
	p.set("driver", b.virtioDriver(name, k.Model, k.Address))
	if r := k.Driver; r != nil {
		p.put("ioeventfd", r.IOEventFD).put("event_idx", r.EventIdx)
		virtioOptions(p, &r.VirtioOptions)
		p.put("num-queues", r.Queues).put("queue-size", r.QueueSize)
		if len(r.IOThreads) > 0 {
			p.set("iothread-vq-mapping", ioThreadMapping(r.IOThreads))
		} else if r.IOThread > 0 {
			p.set("iothread", "iothread"+itoa(r.IOThread))
		}
	}
	b.deviceAddress(p, &k.DeviceInfo)
}

// vhostUserDisk is a disk that another process serves.
func (b *builder) vhostUserDisk(k *domxml.Disk) error {
	if k.Source == nil {
		return errInternal("missing source of a vhost-user disk")
	}
	w := word("socket").set("id", "chr-vu-"+aliasName(k.Alias)).set("path", k.Source.Path)
	b.reconnect(w, k.Source.Reconnect)
	b.arg("-chardev", w.String())
	return nil
}

// sdCard is a card of a board that has a slot of its own.
func (b *builder) sdCard(k *domxml.Disk) error {
	if k.Source == nil || k.Type != domxml.DiskFile && k.Type != domxml.DiskBlock {
		return errUnsupported("unsupported source of an SD card")
	}
	file, format := k.Source.File+k.Source.Dev, "raw"
	if k.Driver != nil && k.Driver.Type != "" {
		format = k.Driver.Type
	}
	w := word("file="+file).set("format", format).set("if", "sd").set("index", itoa(max(domxml.DiskIndex(k.Target.Dev), 0)))
	if bool(k.Readonly) {
		w.set("readonly", "on")
	}
	b.arg("-drive", w.String())
	return nil
}
