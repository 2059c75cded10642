package domxml

import "strings"

// parsed keeps what the mode has.
func (s *Smartcard) parsed(*decoder, node) error {
	switch s.Mode {
	case "host":
		*s = Smartcard{Mode: s.Mode, DeviceInfo: s.DeviceInfo}
	case "host-certificates":
		*s = Smartcard{Mode: s.Mode, Certificates: s.Certificates, Database: s.Database, DeviceInfo: s.DeviceInfo}
		if len(s.Certificates) != 3 {
			return errXML("host-certificates mode needs exactly three certificates")
		}
		if s.Database != "" && !strings.HasPrefix(s.Database, "/") {
			return errXML("expecting absolute path: %s", s.Database)
		}
	default:
		s.Certificates, s.Database = nil, ""
		if s.Type == "" {
			return errXML("passthrough mode requires a character device type attribute")
		}
		return chardevEnd{s.Type, &s.Sources, &s.Protocol, false}.parsed()
	}
	return nil
}

func (r *RedirDev) parsed(*decoder, node) error {
	if r.Bus == "" {
		r.Bus = "usb"
	}
	if r.Type == "" {
		return errXML("missing type in redirected device")
	}
	return chardevEnd{r.Type, &r.Sources, &r.Protocol, false}.parsed()
}
