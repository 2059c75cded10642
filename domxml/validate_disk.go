package domxml

func (d *Domain) validateDisks() error {
	disks := d.Devices.Disks
	seen := make(map[string]int, len(disks))
	for i := range disks {
		k := &disks[i]
		if j, ok := seen[k.Target.Dev]; ok {
			return errXML("target '%s' duplicated for disk sources '%s' and '%s'", k.Target.Dev, disks[j].sourceName(), k.sourceName())
		}
		seen[k.Target.Dev] = i
	}
	return nil
}

// sourceName is what error texts call a disk's source.
func (k *Disk) sourceName() string {
	if k.Source == nil {
		return "(null)"
	}
	return k.Source.name()
}
