package engine

import (
	"github.com/govirtd/govirtd/drivers"
)

// hostObjects are the objects of a host that are neither domains nor what
// domains are made of.
type hostObjects struct {
	interfaces *hostInterfaces
	devices    *registry[nodeDevice]
	seen       devicesSeen
	secrets    *registry[secret]
	// filters' job guards the bindings too: they use filters.
	filters  *registry[nwFilter]
	bindings *registry[nwFilterBinding]
}

func newHostObjects() hostObjects {
	return hostObjects{
		interfaces: &hostInterfaces{registry: newRegistry[hostInterface]()},
		devices:    newRegistry[nodeDevice](),
		secrets:    newRegistry[secret](),
		filters:    newRegistry[nwFilter](),
		bindings:   newRegistry[nwFilterBinding](),
	}
}

// bindHostObjects binds their procedures.
func bindHostObjects(b *binder) {
	bindInterfaces(b)
	bindNodeDevices(b)
	bindNodeDeviceCreate(b)
	bindNodeDeviceEvents(b)
	bindSecrets(b)
	bindSecretValues(b)
	bindSecretEvents(b)
	bindNWFilters(b)
	bindNWFilterBindings(b)
}

// seedObjects fills an empty host. What comes later replaces what has the same
// name.
func (h *Host) seedObjects(w *drivers.World) error {
	for _, doc := range w.Interfaces {
		i, err := newHostInterface(doc)
		if err != nil {
			return err
		}
		i.active = true
		h.interfaces.put(h.interfaces.named(i.doc.Name), i)
	}
	for _, doc := range w.NodeDevices {
		doc.Complete()
		d := &nodeDevice{doc: doc, active: true, persistent: true}
		h.devices.put(h.deviceNamed(doc.Name), d)
	}
	return nil
}
