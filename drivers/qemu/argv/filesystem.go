package argv

import "github.com/govirtd/govirtd/domxml"

// filesystems are folders of the host that the guest can mount.
func (b *builder) filesystems() error {
	for i := range b.d.Devices.Filesystems {
		f := &b.d.Devices.Filesystems[i]
		if f.Driver != nil && f.Driver.Type == "virtiofs" {
			b.virtiofs(f)
			continue
		}
		if err := b.plan9(f); err != nil {
			return err
		}
	}
	return nil
}

// plan9 is a folder that the emulator itself serves.
func (b *builder) plan9(f *domxml.Filesystem) error {
	if f.Type != "" && f.Type != "mount" {
		return errUnsupported("only supports mount filesystem type")
	}
	model := map[string]string{"mapped": "mapped", "squash": "none", "": "passthrough", "passthrough": "passthrough"}[f.AccessMode]
	w := word("local").set("security_model", model)
	if f.MultiDevs != "" && f.MultiDevs != "default" {
		w.set("multidevs", f.MultiDevs)
	}
	w.put("fmode", f.FMode).put("dmode", f.DMode)
	if f.Driver != nil && f.Driver.WRPolicy == "immediate" {
		w.set("writeout", "immediate")
	}
	w.set("id", "fsdev-"+aliasName(f.Alias)).set("path", value(f.Source).Dir)
	if bool(f.Readonly) {
		w.set("readonly", "on")
	}
	b.arg("-fsdev", w.String())
	p := props("driver", b.virtioDriver("virtio-9p", f.Model, f.Address))
	if f.Driver != nil {
		virtioOptions(p, &f.Driver.VirtioOptions)
	}
	p.set("id", aliasName(f.Alias)).set("fsdev", "fsdev-"+aliasName(f.Alias)).set("mount_tag", value(f.Target).Dir)
	b.deviceAddress(p, &f.DeviceInfo)
	b.device(p, f.Alias)
	return nil
}

// virtiofs is a folder that another process serves: one of the daemon's own,
// or one that listens already.
func (b *builder) virtiofs(f *domxml.Filesystem) {
	socket := value(f.Source).Socket
	if socket == "" {
		socket = b.o.Lib + "/" + aliasName(f.Alias) + "-fs.sock"
	}
	id := "chr-vu-" + aliasName(f.Alias)
	b.arg("-chardev", word("socket").set("id", id).set("path", socket).String())
	p := props("driver", "vhost-user-fs"+b.virtioSuffix(f.Address))
	if f.Driver != nil {
		virtioOptions(p, &f.Driver.VirtioOptions)
	}
	p.set("id", aliasName(f.Alias)).set("chardev", id)
	if f.Driver != nil {
		p.put("queue-size", f.Driver.Queue)
	}
	p.set("tag", value(f.Target).Dir)
	if f.Boot != nil {
		p.put("bootindex", f.Boot.Order)
	}
	b.deviceAddress(p, &f.DeviceInfo)
	b.device(p, f.Alias)
}
