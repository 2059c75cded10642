package domxml

import "cmp"

// completeDrives gives disks their bus and place, devices of the host theirs,
// and numbers to controllers. Those that devices of the host need are added
// before, so that they get the lowest.
func (d *Domain) completeDrives() error {
	v := &d.Devices
	for i := range v.Disks {
		assigned := v.Disks[i].Address == nil
		if err := v.Disks[i].complete(); err != nil {
			return err
		}
		if assigned {
			if err := d.checkAssigned(&v.Disks[i]); err != nil {
				return err
			}
		}
	}
	if err := d.checkNoUSB(); err != nil {
		return err
	}
	if err := d.checkUSB(); err != nil {
		return err
	}
	placed := d.placeHostdevs()
	for i := range v.Hostdevs {
		h := &v.Hostdevs[i]
		if a := h.Address; h.Type == "scsi" && a != nil && a.Type == AddressDrive {
			model := ""
			if placed[i] {
				model = d.numberedSCSI()
			}
			d.needControllers(ControllerSCSI, int(a.Controller), model)
		}
	}
	d.numberControllers()
	return nil
}

// numberedSCSI is the model of the first SCSI controller that has a number:
// those that are added for devices without a place are like it.
func (d *Domain) numberedSCSI() string {
	for i := range d.Devices.Controllers {
		if c := &d.Devices.Controllers[i]; c.Type == ControllerSCSI && c.Index != nil {
			return c.Model
		}
	}
	return ""
}

// completeDevices completes the other devices, sorts what is sorted, and adds
// the controllers that devices need; what the driver has to add to single
// devices comes before those.
func (d *Domain) completeDevices(driver func() error) error {
	v := &d.Devices
	if err := d.completeConsoles(); err != nil {
		return err
	}
	d.completeInputs()
	d.completeInterfaces()
	d.placeSmartcards()
	if err := driver(); err != nil {
		return err
	}
	d.addImpliedControllers()
	d.addImpliedVideo()
	sortPrimary(v.Videos)
	return nil
}

// checkAssigned refuses a disk whose name stands for a place that a device of
// the host was given.
func (d *Domain) checkAssigned(k *Disk) error {
	a := k.Address
	if a == nil || k.Target.Bus != DiskBusSCSI {
		return nil
	}
	for i := range d.Devices.Hostdevs {
		h := &d.Devices.Hostdevs[i]
		if h.Type == "scsi" && h.Address != nil && *h.Address == *a {
			// the reference forgets the last quotation mark
			return errUnsupported("using disk target name '%s' conflicts with SCSI host device address controller='%d' bus='%d' target='%d' unit='%d",
				k.Target.Dev, a.Controller, a.Bus, a.Target, a.Unit)
		}
	}
	return nil
}

// insertSorted puts x into a list in front of the first of its kind that comes
// after it, otherwise behind the last of its kind, or at the end.
func insertSorted[T any](list []T, x T, same func(a, b *T) bool, order func(a, b *T) int) []T {
	at := len(list)
	for i := len(list) - 1; i >= 0; i-- {
		if !same(&list[i], &x) {
			continue
		}
		if order(&list[i], &x) > 0 {
			at = i
			continue
		}
		if at == len(list) {
			at = i + 1
		}
		break
	}
	var zero T
	list = append(list, zero)
	copy(list[at+1:], list[at:])
	list[at] = x
	return list
}

// sortInserting does that with each of a list, one after the other.
func sortInserting[T any](list []T, same func(a, b *T) bool, order func(a, b *T) int) {
	if len(list) < 2 {
		return
	}
	// pointers, since the elements are large and may move often
	refs := make([]*T, 0, len(list))
	for i := range list {
		refs = insertSorted(refs, &list[i],
			func(a, b **T) bool { return same(*a, *b) }, func(a, b **T) int { return order(*a, *b) })
	}
	moved := false
	for i, r := range refs {
		moved = moved || r != &list[i]
	}
	if !moved {
		return
	}
	out := make([]T, len(list))
	for i, r := range refs {
		out[i] = *r
	}
	copy(list, out)
}

// addImpliedControllers makes the buses that devices sit on.
func (d *Domain) addImpliedControllers() {
	v := &d.Devices
	last := map[ControllerType]int{}
	need := func(kind ControllerType, a *Address) {
		if a != nil && a.Type == AddressDrive {
			last[kind] = max(last[kind], int(a.Controller)+1)
		}
	}
	for i := range v.Disks {
		need(controllerOf[v.Disks[i].Target.Bus], v.Disks[i].Address)
	}
	for _, kind := range []ControllerType{ControllerSCSI, ControllerFDC, ControllerIDE, ControllerSATA} {
		d.needControllers(kind, last[kind]-1, "")
	}
	d.needVirtioSerial()
	for i := range v.Smartcards {
		if a := v.Smartcards[i].Address; a != nil && a.Type == AddressCCID {
			d.needControllers(ControllerCCID, int(a.Controller), "")
		}
	}
}

// controllerOf is the kind of controller that disks of a bus need.
var controllerOf = map[DiskBus]ControllerType{
	DiskBusIDE: ControllerIDE, DiskBusFDC: ControllerFDC, DiskBusSCSI: ControllerSCSI, DiskBusSATA: ControllerSATA,
}

// maxControllers bounds what one address can ask for.
const maxControllers = 1024

// needControllers adds the controllers of a kind up to an index.
func (d *Domain) needControllers(kind ControllerType, last int, model string) {
	if kind == "" {
		return
	}
	for i := 0; i <= last && i < maxControllers; i++ {
		if d.Controller(kind, i) == nil {
			d.AddController(Controller{Type: kind, Index: &i, Model: model})
		}
	}
}

// Controller is the controller of a kind with that index, or nil.
func (d *Domain) Controller(kind ControllerType, index int) *Controller {
	for i := range d.Devices.Controllers {
		c := &d.Devices.Controllers[i]
		if c.Type == kind && c.Index != nil && *c.Index == index {
			return c
		}
	}
	return nil
}

// AddController puts a controller among those of its kind.
func (d *Domain) AddController(c Controller) {
	d.Devices.Controllers = insertSorted(d.Devices.Controllers, c, sameController, orderControllers)
}

func sameController(a, b *Controller) bool { return a.Type == b.Type }

// orderControllers puts a USB controller before its companions, which share
// its number.
func orderControllers(a, b *Controller) int {
	if a.Index == nil || b.Index == nil {
		return 0
	}
	if n := cmp.Compare(*a.Index, *b.Index); n != 0 || a.Type != ControllerUSB {
		return n
	}
	companion := func(c *Controller) int {
		if c.Master != nil {
			return 1
		}
		return 0
	}
	return cmp.Compare(companion(a), companion(b))
}

func (c *Controller) index() int {
	if c.Index == nil {
		return -1
	}
	return *c.Index
}
