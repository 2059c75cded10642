package qemupersonality

func (d *definition) completeTPMs() error { return nil }
