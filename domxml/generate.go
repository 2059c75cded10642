package domxml

// Generate draws what a document leaves to chance and everything else that
// is left open follows from: the identifier, if it has none. random fills its
// argument.
func (d *Domain) Generate(random func([]byte)) {
	if d.UUIDSet {
		return
	}
	if u, ok, err := d.sysInfoUUID(); err == nil && ok {
		d.UUID, d.UUIDSet = u, true // what the firmware says of a domain that does not say it
		return
	}
	random(d.UUID[:])
	d.UUID.SetVersion4()
	d.UUIDSet = true
}
