package qemupersonality

func (d *definition) completeWatchdogs() error { return nil }
