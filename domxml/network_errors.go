package domxml

import "github.com/govirtd/govirtd/protocol/vir"

// The errors of networks: as those of domains, from another part of libvirt.

func errNet(format string, args ...any) error {
	return vir.Errorf(vir.FromNetwork, vir.ErrXMLError, format, args...)
}

func errNetUnsupported(format string, args ...any) error {
	return vir.Errorf(vir.FromNetwork, vir.ErrConfigUnsupported, format, args...)
}

func errNetDetail(format string, args ...any) error {
	return vir.Errorf(vir.FromNetwork, vir.ErrXMLDetail, format, args...)
}
