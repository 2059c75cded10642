package qemupersonality

func (d *definition) completeClock() error { return nil }
