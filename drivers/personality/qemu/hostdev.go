package qemupersonality

func (d *definition) completeHostdevs() error { return nil }
