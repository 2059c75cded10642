package qemupersonality

import "github.com/govirtd/govirtd/protocol/vir"

// The errors of this driver carry VIR_FROM_QEMU; places on buses are judged by
// what all drivers share, and carry VIR_FROM_DOMAIN.

// errUnsupported is a configuration that does not fit the emulator: code 67.
func errUnsupported(format string, args ...any) error {
	return vir.Errorf(vir.FromQEMU, vir.ErrConfigUnsupported, format, args...)
}

// errXML is a document that says something impossible: code 27.
func errXML(format string, args ...any) error {
	return vir.Errorf(vir.FromQEMU, vir.ErrXMLError, format, args...)
}

// errInternal is code 1, which many older checks have.
func errInternal(format string, args ...any) error {
	return vir.Errorf(vir.FromQEMU, vir.ErrInternalError, format, args...)
}

// errDevice is about a place on a bus: code 27 of the domain code.
func errDevice(format string, args ...any) error {
	return vir.Errorf(vir.FromDomain, vir.ErrXMLError, format, args...)
}

// errDomain is code 67 of the domain code.
func errDomain(format string, args ...any) error {
	return vir.Errorf(vir.FromDomain, vir.ErrConfigUnsupported, format, args...)
}

// errDomainInternal is code 1 of the domain code.
func errDomainInternal(format string, args ...any) error {
	return vir.Errorf(vir.FromDomain, vir.ErrInternalError, format, args...)
}
