package qemupersonality

func (d *definition) completeMemoryDevices() error { return nil }
