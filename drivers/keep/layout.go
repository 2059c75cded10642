//go:build linux

package keep

import (
	"path/filepath"

	"github.com/govirtd/govirtd/drivers"
)

// Layout says where what is kept. A kind without a folder is not kept.
type Layout struct {
	// Domains, Networks, Pools, Secrets and Filters have the definitions;
	// their subfolder autostart has links to those that start with the host.
	Domains, Networks, Pools, Secrets, Filters string
	// Snapshots and Checkpoints have a folder for each domain.
	Snapshots, Checkpoints string
	// Run has what ends with the host: bindings, which pools are active, and
	// what has been started since it booted.
	Run string
	// Session is that of a user who is not root.
	Session bool
}

// System is the layout of a daemon of root; root is "/" but in tests.
func System(root string) Layout {
	etc, lib := filepath.Join(root, "etc/libvirt"), filepath.Join(root, "var/lib/libvirt")
	return Layout{
		Domains:     filepath.Join(etc, "qemu"),
		Networks:    filepath.Join(etc, "qemu/networks"),
		Pools:       filepath.Join(etc, "storage"),
		Secrets:     filepath.Join(etc, "secrets"),
		Filters:     filepath.Join(etc, "nwfilter"),
		Snapshots:   filepath.Join(lib, "qemu/snapshot"),
		Checkpoints: filepath.Join(lib, "qemu/checkpoint"),
		Run:         filepath.Join(root, "run/libvirt"),
	}
}

// Session is the layout of a user's own daemon. config is the user's folder of
// settings (XDG_CONFIG_HOME, ~/.config), run that of sockets (XDG_RUNTIME_DIR).
// Users have no network filters.
func Session(config, run string) Layout {
	config = filepath.Join(config, "libvirt")
	return Layout{
		Domains:     filepath.Join(config, "qemu"),
		Networks:    filepath.Join(config, "qemu/networks"),
		Pools:       filepath.Join(config, "storage"),
		Secrets:     filepath.Join(config, "secrets"),
		Snapshots:   filepath.Join(config, "qemu/snapshot"),
		Checkpoints: filepath.Join(config, "qemu/checkpoint"),
		Run:         filepath.Join(run, "libvirt"),
		Session:     true,
	}
}

// run is the folder of one of the reference's drivers below Run.
func (l *Layout) run(driver string) string {
	if l.Session && driver == "network" {
		return filepath.Join(l.Run, driver, "lib")
	}
	if l.Session {
		return filepath.Join(l.Run, driver, "run")
	}
	return filepath.Join(l.Run, driver)
}

// place is how objects of a kind are kept.
type place struct {
	kind drivers.Kind
	dir  string
	// edit is the virsh command that changes one; no header without it.
	edit string
	// wrap is an element around the document, inner that of the document.
	wrap, inner string
	// owned kinds have a folder for each owner.
	owned bool
	// private folders are for their owner's eyes only.
	private bool
	// passing kinds end with the host: nothing is forced to the disk for them.
	passing bool
}

// places are all kinds, in the order in which they are loaded: what others
// refer to comes first.
func (l *Layout) places() []place {
	places := []place{
		{kind: drivers.KindSecret, dir: l.Secrets, private: true},
		{kind: drivers.KindNWFilter, dir: l.Filters, edit: "nwfilter-edit"},
		{kind: drivers.KindNetwork, dir: l.Networks, edit: "net-edit"},
		{kind: drivers.KindStoragePool, dir: l.Pools, edit: "pool-edit"},
		{kind: drivers.KindStoragePoolState, dir: l.run("storage"), edit: "pool-edit", wrap: "poolstate", inner: "pool", passing: true},
		{kind: drivers.KindDomain, dir: l.Domains, edit: "edit"},
		{kind: drivers.KindSnapshot, dir: l.Snapshots, edit: "snapshot-edit", owned: true},
		{kind: drivers.KindCheckpoint, dir: l.Checkpoints, edit: "checkpoint-create", owned: true},
	}
	if l.Filters != "" {
		places = append(places, place{
			kind: drivers.KindNWFilterBinding, dir: filepath.Join(l.Run, "nwfilter-binding"), edit: "nwfilter-binding-create",
			wrap: "filterbindingstatus", inner: "filterbinding", private: true, passing: true,
		})
	}
	return places
}
