package argv

import (
	"strconv"
	"strings"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/vir"
)

// protocol is how an image is reached. Objects that it needs are added first.
func (b *builder) protocol(i *image) (*Props, error) {
	s := i.source
	switch i.typ {
	case domxml.DiskFile, "":
		file := s.File
		if s.FDGroup != "" {
			set, err := b.fdGroup(s.FDGroup, i.storageNode())
			if err != nil {
				return nil, err
			}
			file = set
		}
		return b.reserved(props("driver", "file", "filename", file), i).put("aio", i.aio), nil
	case domxml.DiskBlock:
		driver := "host_device"
		if b.o.HostCDROM != nil && i.readonly && b.o.HostCDROM(s.Dev) {
			driver = "host_cdrom"
		}
		return b.reserved(props("driver", driver, "filename", s.Dev), i).put("aio", i.aio), nil
	case domxml.DiskDir:
		return props("driver", "vvfat", "dir", s.Dir, "floppy", i.floppy, "rw", false), nil
	case domxml.DiskNVMe:
		if s.Address == nil {
			return nil, errInternal("missing address of an NVMe disk")
		}
		a := &s.Address.Address
		return props("driver", "nvme", "device", pciName(a), "namespace", s.Namespace), nil
	case domxml.DiskVhostVDPA:
		return b.vdpaDisk(i)
	case domxml.DiskNetwork:
		return b.networkProtocol(i)
	}
	return nil, errInternal("storage source type '%s' has not been translated", i.typ)
}

// fdGroup makes a set of descriptors that documents call by name.
func (b *builder) fdGroup(group, node string) (string, error) {
	fds, ok := b.o.FDSets[group]
	if !ok {
		return "", errInvalid("file descriptor group '%s' was not associated with the domain", group)
	}
	set := b.imageSet(node)
	for n, fd := range fds {
		b.arg("-add-fd", word("set="+itoa(set)).set("fd", itoa(fd.Number)).set("opaque", node+itoa(n)).String())
	}
	return "/dev/fdset/" + itoa(set), nil
}

// imageSet is the number of an image's set of descriptors.
func (b *builder) imageSet(node string) int {
	if set, ok := b.imageSets[node]; ok {
		return set
	}
	b.sets++
	return b.sets - 1
}

// vdpaDisk is a disk behind a device of the host's vdpa bus.
func (b *builder) vdpaDisk(i *image) (*Props, error) {
	fds := b.o.FDSets[i.source.Dev]
	if len(fds) == 0 {
		return nil, vir.Errorf(vir.FromNone, vir.ErrInternalError, "argument key 'path' must not have null value")
	}
	set := b.sets
	b.sets++
	b.arg("-add-fd", word("set="+itoa(set)).set("fd", itoa(fds[0].Number)).set("opaque", i.storageNode()+"-vdpa").String())
	return props("driver", "virtio-blk-vhost-vdpa", "path", "/dev/fdset/"+itoa(set)), nil
}

// managedReservations is the helper that the daemon runs for disks that want
// their persistent reservations managed.
func (b *builder) managedReservations() {
	for i := range b.d.Devices.Disks {
		s := b.d.Devices.Disks[i].Source
		if s != nil && s.Reservations != nil && s.Reservations.Managed == domxml.Yes {
			b.object(props("qom-type", "pr-manager-helper", "id", "pr-helper0", "path", b.o.Lib+"/pr-helper0.sock"))
			return
		}
	}
}

// reserved puts persistent reservations of a disk into the hands of a helper.
func (b *builder) reserved(p *Props, i *image) *Props {
	r := i.source.Reservations
	if r == nil {
		return p
	}
	if r.Managed == domxml.Yes {
		return p.set("pr-manager", "pr-helper0")
	}
	return p.set("pr-manager", "pr-helper-"+i.storageNode())
}

func pciName(a *domxml.Address) string {
	hex := func(n uint, width int) string {
		s := strconv.FormatUint(uint64(n), 16)
		return strings.Repeat("0", max(0, width-len(s))) + s
	}
	return hex(a.Domain, 4) + ":" + hex(a.Bus, 2) + ":" + hex(a.Slot, 2) + "." + hex(a.Function, 1)
}
