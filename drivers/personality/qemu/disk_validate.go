package qemupersonality

import (
	"strings"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/vir"
)

// validateDisks refuses what QEMU or its driver has no place for.
func (d *definition) validateDisks() error {
	for i := range d.Devices.Disks {
		if err := d.validateDisk(&d.Devices.Disks[i]); err != nil {
			return err
		}
	}
	return nil
}

func (d *definition) validateDisk(k *domxml.Disk) error {
	return inOrder(
		func() error { return d.validateDiskFrontend(k) },
		func() error { return d.validateDiskAddress(k) },
		func() error { return d.validateDiskDriver(k) },
		func() error { return d.validateDiskThreads(k) },
		func() error { return d.validateDiskSources(k) },
		func() error { return validateIOTune(k.IOTune) },
		func() error { return validateTransient(k) },
	)
}

// validateDiskFrontend checks what the guest sees.
func (d *definition) validateDiskFrontend(k *domxml.Disk) error {
	bus := k.Target.Bus
	if k.Device == "lun" {
		switch bus {
		case domxml.DiskBusVirtio:
			return errUnsupported("This QEMU doesn't support SCSI emulation with 'virtio-blk' device")
		case domxml.DiskBusSCSI:
		default:
			return errUnsupported("disk device='lun' is not supported for bus='%s'", bus)
		}
		switch {
		case k.WWN != "":
			return errUnsupported("Setting wwn is not supported for lun device")
		case k.Vendor != "" || k.Product != "":
			return errUnsupported("Setting vendor or product is not supported for lun device")
		case k.Serial != "":
			return errUnsupported("scsi-block 'lun' devices do not support the serial property")
		}
	}
	if k.WWN != "" && bus != domxml.DiskBusIDE && bus != domxml.DiskBusSCSI && bus != domxml.DiskBusSATA {
		return errUnsupported("Only ide and scsi disk support wwn")
	}
	if k.Vendor != "" && bus != domxml.DiskBusSCSI {
		return errUnsupported("Only scsi disk supports 'vendor'")
	}
	if k.Product != "" && bus != domxml.DiskBusIDE && bus != domxml.DiskBusSCSI && bus != domxml.DiskBusSATA {
		return errUnsupported("Only ide, sata and scsi disk supports 'product'")
	}
	if strings.Trim(k.Serial, serialCharacters) != "" {
		return errInternal("driver serial '%s' contains unsafe characters", k.Serial)
	}
	if k.Target.RotationRate != 0 {
		switch {
		case bus != domxml.DiskBusSCSI && bus != domxml.DiskBusIDE && bus != domxml.DiskBusSATA:
			return errInternal("rotation rate is only valid for SCSI/IDE/SATA bus")
		case k.Device != "disk":
			return errInternal("rotation rate is only valid for disk device")
		}
	}
	if bus == domxml.DiskBusUSB && k.Source == nil {
		return errUnsupported("'usb' disk must not be empty")
	}
	if k.Device == "disk" && bool(k.Readonly) && (bus == domxml.DiskBusIDE || bus == domxml.DiskBusSATA) {
		return errUnsupported("readonly %s disks are not supported", bus)
	}
	switch bus {
	case domxml.DiskBusIDE, domxml.DiskBusSATA, domxml.DiskBusSCSI, domxml.DiskBusUSB, domxml.DiskBusFDC:
		return nil
	}
	if k.Device == "cdrom" {
		return errUnsupported("disk type of '%s' does not support ejectable media", k.Target.Dev)
	}
	return nil
}

const serialCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.+ "

// validateDiskAddress wants places that the controllers have.
func (d *definition) validateDiskAddress(k *domxml.Disk) error {
	a := k.Address
	if a == nil {
		return nil
	}
	switch k.Target.Bus {
	case domxml.DiskBusVirtio:
		switch a.Type {
		case domxml.AddressDrive, domxml.AddressSpaprVIO, domxml.AddressUSB, domxml.AddressISA, domxml.AddressCCID, domxml.AddressVirtioSerial:
			return errUnsupported("virtio disk cannot have an address of type '%s'", a.Type)
		}
		return nil
	case domxml.DiskBusFDC, domxml.DiskBusIDE, domxml.DiskBusSATA, domxml.DiskBusSCSI:
	default:
		return nil
	}
	if a.Type != domxml.AddressDrive {
		return nil
	}
	switch k.Target.Bus {
	case domxml.DiskBusFDC:
		switch {
		case a.Controller > 0:
			return errInternal("Only 1 fdc controller is supported")
		case a.Bus > 0:
			return errInternal("Only 1 fdc bus is supported")
		case a.Target > 0:
			return errUnsupported("target must be 0 for controller fdc")
		}
	case domxml.DiskBusIDE:
		switch {
		case a.Target > 0:
			return errUnsupported("target must be 0 for ide controller")
		case a.Controller > 0:
			return errInternal("Only 1 IDE controller is supported")
		}
	case domxml.DiskBusSATA:
		switch {
		case a.Bus > 0:
			return errUnsupported("bus must be 0 for sata controller")
		case a.Target > 0:
			return errUnsupported("target must be 0 for sata controller")
		}
	case domxml.DiskBusSCSI:
		return d.validateSCSIAddress(a)
	}
	return nil
}

// validateSCSIAddress knows which controllers have channels and targets.
func (d *definition) validateSCSIAddress(a *domxml.Address) error {
	c := d.Controller(domxml.ControllerSCSI, int(a.Controller))
	if c == nil {
		return errInternal("unable to find a SCSI controller with index=%d", a.Controller)
	}
	if a.Bus != 0 {
		return errInternal("SCSI controller only supports 1 bus")
	}
	if c.Model == "lsilogic" && a.Target != 0 {
		return errUnsupported("target must be 0 for controller model 'lsilogic'")
	}
	return nil
}

// validateDiskDriver checks the options of the driver.
func (d *definition) validateDiskDriver(k *domxml.Disk) error {
	v := k.Driver
	if v.Name != "qemu" {
		return errUnsupported("unsupported driver name '%s' for disk '%s'", v.Name, k.Target.Dev)
	}
	if v.IO == "native" && v.Cache != "none" && v.Cache != "directsync" {
		return errUnsupported("io='native' needs either no disk cache or directsync cache mode")
	}
	if v.CopyOnRead == domxml.On && bool(k.Readonly) {
		return errUnsupported("copy_on_read is not compatible with read-only disk '%s'", k.Target.Dev)
	}
	if bool(k.Shareable) && !bool(k.Readonly) && !isEmpty(k) && v.Type != "raw" {
		return errUnsupported("shared access for disk '%s' requires use of supported storage format", k.Target.Dev)
	}
	if v.MetadataCache != nil && v.MetadataCache.MaxSize != nil && v.Type != "qcow2" {
		return errUnsupported("metadata cache max size control is supported only with qcow2 images")
	}
	return nil
}

// validateDiskThreads wants the threads that serve a disk.
func (d *definition) validateDiskThreads(k *domxml.Disk) error {
	v := k.Driver
	if v.IOThread == 0 && len(v.IOThreads) == 0 {
		return nil
	}
	if k.Target.Bus != domxml.DiskBusVirtio {
		return errUnsupported("IOThreads not available for bus %s target %s", k.Target.Bus, k.Target.Dev)
	}
	if v.IOThread != 0 && !d.hasIOThread(v.IOThread) {
		return errUnsupported("Disk iothread '%d' not defined in iothreadid", v.IOThread)
	}
	return d.validateThreadQueues(v.IOThreads, v.Queues)
}

func (d *definition) hasIOThread(id uint) bool {
	for _, n := range d.IOThreadNumbers() {
		if n == id {
			return true
		}
	}
	return false
}

// validateThreadQueues wants each queue to be served by one thread.
func (d *definition) validateThreadQueues(threads []domxml.DiskIOThread, queues uint) error {
	seen, used := map[uint]bool{}, map[uint]bool{}
	mapped := 0
	for _, t := range threads {
		if !d.hasIOThread(t.ID) {
			return errUnsupported("iothread '%d' not defined in iothreadid", t.ID)
		}
		if seen[t.ID] {
			return errUnsupported("duplicate mapping for iothread '%d'", t.ID)
		}
		seen[t.ID] = true
		if len(t.Queues) > 0 {
			mapped++
		}
	}
	if mapped == 0 {
		return nil
	}
	if mapped != len(threads) {
		return errUnsupported("iothread to queue mapping must be provided for all iothreads or for none")
	}
	if queues == 0 {
		return errUnsupported("'queue' count must be configured for explicit iothread to queue mapping")
	}
	for _, t := range threads {
		for _, q := range t.Queues {
			switch {
			case q.ID >= queues:
				return errUnsupported("iothread queue '%d' mapping out of range", q.ID)
			case used[q.ID]:
				return errUnsupported("iothread queue '%d' is already assigned", q.ID)
			}
			used[q.ID] = true
		}
	}
	for q := range queues {
		if !used[q] {
			return errUnsupported("missing iothread mapping for queue '%d'", q)
		}
	}
	return nil
}

// validateDiskSources checks the image and those below it.
func (d *definition) validateDiskSources(k *domxml.Disk) error {
	if k.Source == nil {
		return nil
	}
	encryption := k.Encryption
	if encryption == nil {
		encryption = k.Source.Encryption
	}
	if err := d.validateSource(k.Type, k.Source, k.Driver.Type, encryption, bool(k.Readonly)); err != nil {
		return err
	}
	for b := k.BackingStore; b != nil && b.Source != nil; b = b.Store {
		if err := d.validateSource(b.Type, b.Source, b.Format.Type, b.Source.Encryption, true); err != nil {
			return err
		}
	}
	if (k.Type == domxml.DiskVhostUser || k.Type == domxml.DiskVhostVDPA) && !d.sharedMemory() {
		return errUnsupported("'%s' requires shared memory", k.Type)
	}
	if c := k.Driver.Cache; k.Type == domxml.DiskVhostVDPA && c != "none" && c != "directsync" {
		return errUnsupported("disk type '%s' requires cache mode '%s' or '%s'", k.Type, "directsync", "none")
	}
	return nil
}

func (d *definition) validateSource(kind domxml.DiskType, s *domxml.DiskSource, format string, e *domxml.DiskEncryption, readonly bool) error {
	switch format {
	case "dir":
		return errUnsupported("'directory' storage format is not directly supported by QEMU, use 'dir' disk type instead")
	case "iso":
		return errUnsupported("storage format 'iso' is not directly supported by QEMU, use 'raw' instead")
	case "cow":
		return errUnsupported("'cow' storage format is not supported")
	}
	if err := validateEncryption(kind, s, format, e); err != nil {
		return err
	}
	if format == "fat" && kind != domxml.DiskDir && kind != domxml.DiskVolume {
		return errUnsupported("storage format 'fat' is supported only with 'dir' storage type")
	}
	if kind == domxml.DiskDir {
		if format != "fat" {
			return errUnsupported("storage type 'dir' requires use of storage format 'fat'")
		}
		if !readonly {
			return errUnsupported("virtual FAT storage can't be accessed in read-write mode")
		}
	}
	if kind == domxml.DiskNetwork {
		switch {
		case s.Protocol == "tftp":
			return errUnsupported("'tftp' protocol is not supported with this QEMU binary")
		case s.TLSHostname != "" && s.Protocol != "nbd":
			return errUnsupported("'tlsHostname' field is supported only with NBD disks")
		case s.Protocol == "nfs" && len(s.Hosts) != 1:
			return errUnsupported("'nfs' protocol requires the usage of exactly one host")
		}
	}
	return nil
}

func validateEncryption(kind domxml.DiskType, s *domxml.DiskSource, format string, e *domxml.DiskEncryption) error {
	if e == nil {
		return nil
	}
	switch e.Engine {
	case "librbd":
		if kind != domxml.DiskNetwork || s.Protocol != "rbd" {
			return errUnsupported("librbd encryption is supported only with RBD backed disks")
		}
		return nil
	default:
		switch e.Format {
		case "luks":
		case "qcow", "default":
			return errUnsupported("old qcow/qcow2 encryption is not supported")
		default:
			return errUnsupported("'%s' is currently not supported by the qemu encryption engine", e.Format)
		}
	}
	if format != "raw" && format != "qcow2" && format != "" {
		return errUnsupported("encryption is supported only with 'raw' and 'qcow2' image format")
	}
	return nil
}

// throttleLimit is the largest number that QEMU takes.
const throttleLimit = 1000000000000000

func validateIOTune(t *domxml.IOTune) error {
	if t == nil {
		return nil
	}
	any := false
	for _, n := range []uint64{
		t.TotalBytesSec, t.ReadBytesSec, t.WriteBytesSec, t.TotalIOPSSec, t.ReadIOPSSec, t.WriteIOPSSec,
		t.TotalBytesSecMax, t.ReadBytesSecMax, t.WriteBytesSecMax, t.TotalIOPSSecMax, t.ReadIOPSSecMax, t.WriteIOPSSecMax,
		t.SizeIOPSSec, t.TotalBytesSecMaxLength, t.ReadBytesSecMaxLength, t.WriteBytesSecMaxLength,
		t.TotalIOPSSecMaxLength, t.ReadIOPSSecMaxLength, t.WriteIOPSSecMaxLength,
	} {
		if n > throttleLimit {
			return vir.Errorf(vir.FromQEMU, vir.ErrArgumentUnsupported, "block I/O throttle limit must be no more than %d using QEMU", int64(throttleLimit))
		}
		any = any || n != 0
	}
	if t.GroupName.Name != "" && !any {
		return errUnsupported("group_name can be configured only together with settings")
	}
	return nil
}

// validateTransient wants an image that can be put aside.
func validateTransient(k *domxml.Disk) error {
	switch {
	case k.Transient == nil:
		return nil
	case bool(k.Readonly):
		return errUnsupported("transient disk '%s' must not be read-only", k.Target.Dev)
	case k.Type != domxml.DiskFile:
		return errUnsupported("transient disk supported only with 'file' type (%s)", k.Target.Dev)
	}
	return nil
}
