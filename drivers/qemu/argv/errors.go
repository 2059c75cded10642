package argv

import "github.com/govirtd/govirtd/protocol/vir"

func errUnsupported(format string, args ...any) error {
	return vir.Errorf(vir.FromQEMU, vir.ErrConfigUnsupported, format, args...)
}

func errInternal(format string, args ...any) error {
	return vir.Errorf(vir.FromQEMU, vir.ErrInternalError, format, args...)
}

func errXML(format string, args ...any) error {
	return vir.Errorf(vir.FromQEMU, vir.ErrXMLError, format, args...)
}

func errInvalid(format string, args ...any) error {
	return vir.Errorf(vir.FromQEMU, vir.ErrInvalidArg, format, args...)
}
