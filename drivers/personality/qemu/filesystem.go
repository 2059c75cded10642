package qemupersonality

func (d *definition) completeFilesystems() error {
	for i := range d.Devices.Filesystems {
		f := &d.Devices.Filesystems[i]
		if f.AccessMode == "" {
			f.AccessMode = "passthrough"
		}
	}
	return nil
}
