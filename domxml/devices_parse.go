package domxml

// parsed puts disks and controllers into canonical order. What is stored is in
// the order in which it came together.
func (v *Devices) parsed(d *decoder, n node) error {
	if err := checkSingles(n); err != nil {
		return err
	}
	if d.stored {
		return nil
	}
	sortDisks(v.Disks)
	sortControllers(v.Controllers)
	return nil
}

// placeHostdevs gives SCSI devices of the host the next free drive, and says
// which ones had none.
func (d *Domain) placeHostdevs() (placed map[int]bool) {
	used := map[[4]uint]bool{}
	note := func(a *Address) {
		if a != nil && a.Type == AddressDrive {
			used[[4]uint{a.Controller, a.Bus, a.Target, a.Unit}] = true
		}
	}
	v := &d.Devices
	for i := range v.Disks {
		if v.Disks[i].Target.Bus == DiskBusSCSI {
			note(v.Disks[i].Address)
		}
	}
	for i := range v.Hostdevs {
		note(v.Hostdevs[i].Address)
	}
	for i := range v.Hostdevs {
		h := &v.Hostdevs[i]
		if h.Type != "scsi" || h.Mode != "subsystem" || h.Address != nil {
			continue
		}
		place := [4]uint{}
		for n := uint(0); used[place]; n++ {
			place = [4]uint{n / scsiUnits, 0, 0, n % scsiUnits}
		}
		used[place] = true
		h.Address = &Address{Type: AddressDrive, Controller: place[0], Unit: place[3]}
		if placed == nil {
			placed = map[int]bool{}
		}
		placed[i] = true
	}
	return placed
}

// placeSmartcards gives readers a slot.
func (d *Domain) placeSmartcards() {
	for i := range d.Devices.Smartcards {
		if s := &d.Devices.Smartcards[i]; s.Address == nil {
			s.Address = &Address{Type: AddressCCID, Slot: uint(i)}
		}
	}
}

// singles are devices of which there is one at most, with the reference's words.
var singles = map[string]error{
	"memballoon":  errInternal("only a single memory balloon device is supported"),
	"nvram":       errInternal("only a single nvram device is supported"),
	"redirfilter": errInternal("only one set of redirection filter rule is supported"),
	"iommu":       errXML("only a single IOMMU device is supported"),
	"vsock":       errXML("only a single vsock device is supported"),
	"pstore":      errXML("only a single pstore device is supported"),
}

func checkSingles(n node) error {
	seen := map[string]bool{}
	for c := n.First(); c.Valid(); c = c.Next() {
		err := singles[c.Name()]
		if err == nil {
			continue
		}
		if seen[c.Name()] {
			return err
		}
		seen[c.Name()] = true
	}
	return nil
}
