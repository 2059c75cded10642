package qemupersonality

func (d *definition) completeRedirDevs() error { return nil }
