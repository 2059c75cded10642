package qemupersonality

func (d *definition) completeFeatures() error { return nil }
