package domxml

import (
	"fmt"
	"strconv"
	"strings"
)

func (r *RedirFilterDev) parsed(*decoder, node) error {
	for _, f := range []struct {
		value  *string
		name   string
		limit  uint64
		format string
	}{{&r.Class, "class", 0xff, "0x%02X"}, {&r.Vendor, "vendor", 0xffff, "0x%04X"}, {&r.Product, "product", 0xffff, "0x%04X"}} {
		if *f.value == "" || *f.value == "-1" {
			*f.value = ""
			continue
		}
		n, err := strconv.ParseUint(*f.value, 0, 32)
		if err != nil {
			return errInternal("cannot parse USB %s %s", f.name, *f.value)
		}
		if n > f.limit {
			return errInternal("Invalid USB %s 0x%x", f.name, n)
		}
		*f.value = fmt.Sprintf(f.format, n)
	}
	return r.parsedVersion()
}

// parsedVersion writes a version with two digits behind the point.
func (r *RedirFilterDev) parsedVersion() error {
	if r.Version == "" || r.Version == "-1" {
		r.Version = ""
		return nil
	}
	major, minor, _ := strings.Cut(r.Version, ".")
	a, err1 := strconv.ParseUint(major, 10, 8)
	b, err2 := strconv.ParseUint("0"+minor, 10, 8)
	if err1 != nil || err2 != nil {
		return errInternal("Cannot parse USB version %s", r.Version)
	}
	if len(minor) == 1 {
		b *= 10
	}
	r.Version = fmt.Sprintf("%d.%02d", a, b)
	return nil
}
