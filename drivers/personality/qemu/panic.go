package qemupersonality

func (d *definition) completePanics() error { return nil }
