package qemupersonality

import "github.com/govirtd/govirtd/domxml"

// completeFilesystems has nothing to add: an access mode is there already.
func (d *definition) completeFilesystems() error { return nil }

// validateFilesystems knows two ways of sharing folders: virtio-9p and
// virtiofs.
func (d *definition) validateFilesystems() error {
	for i := range d.Devices.Filesystems {
		f := &d.Devices.Filesystems[i]
		v := f.Driver
		if v == nil {
			v = &domxml.FilesystemDriver{}
		}
		if f.Type != "mount" {
			return errUnsupported("only supports mount filesystem type")
		}
		if f.SpaceHardLimit != nil || f.SpaceSoftLimit != nil {
			return errUnsupported("filesystem usage limits are not supported with QEMU")
		}
		switch v.Type {
		case "", "path", "handle":
			if (f.FMode != "" || f.DMode != "") && f.AccessMode != "mapped" {
				return errUnsupported("fmode and dmode must be used with accessmode=mapped")
			}
		case "virtiofs":
			if err := d.validateVirtiofs(f, v); err != nil {
				return err
			}
		default:
			return errUnsupported("Filesystem driver type not supported")
		}
	}
	return nil
}

func (d *definition) validateVirtiofs(f *domxml.Filesystem, v *domxml.FilesystemDriver) error {
	switch {
	case f.AccessMode != "passthrough" && f.AccessMode != "":
		return errUnsupported("virtiofs only supports passthrough accessmode")
	case v.WRPolicy != "":
		return errUnsupported("virtiofs does not support wrpolicy")
	case f.Model != "":
		return errUnsupported("virtiofs does not support model")
	case f.MultiDevs != "":
		return errUnsupported("virtiofs does not support multidevs")
	case f.FMode != "" || f.DMode != "":
		return errUnsupported("virtiofs does not support fmode and dmode")
	case !d.sharedMemory():
		return errUnsupported("'virtiofs' requires shared memory")
	}
	return nil
}
