package qemupersonality

func (d *definition) completeGraphics() error { return nil }
