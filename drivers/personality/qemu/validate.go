package qemupersonality

func (d *definition) validate() error { return nil }
