package engine

func bindDomainDevices(b *binder) {}
