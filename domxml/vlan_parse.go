package domxml

import (
	"strings"

	"github.com/govirtd/govirtd/protocol/vir"
)

func errVLAN(format string, args ...any) error {
	return vir.Errorf(vir.FromNone, vir.ErrXMLError, format, args...)
}

// maxVLAN is the highest number of a VLAN.
const maxVLAN = 4095

// checkTags judges the tags together: more than one make a trunk, and one of
// them may be the native one.
func (v *VLAN) checkTags() error {
	if len(v.Tags) == 0 {
		return errVLAN("missing tag id - each <vlan> must have at least one <tag id='n'/> subelement")
	}
	native := false
	for _, t := range v.Tags {
		if t.ID > maxVLAN {
			return errVLAN("vlan tag id %d too large (maximum %d)", t.ID, maxVLAN)
		}
		if t.NativeMode != "" && native {
			return errVLAN("duplicate native vlan setting")
		}
		native = native || t.NativeMode != ""
	}
	return nil
}

// parseNode reads the trunk, which may be written in any case.
func (v *VLAN) parseNode(d *decoder, n node) (err error) {
	if v.Tags, err = decodeAll[VLANTag](d, n, "tag"); err != nil {
		return err
	}
	if err := v.checkTags(); err != nil {
		return err
	}
	trunk, several := attrOf(n, "trunk"), len(v.Tags) > 1
	switch strings.ToLower(trunk) {
	case "yes":
		v.Trunk = Yes
	case "no":
		if several {
			return errVLAN("invalid \"trunk='%s'\" in <vlan> - trunk='yes' is required for more than one vlan tag", trunk)
		}
	case "":
		if several {
			v.Trunk = Yes
		}
	default:
		return errVLAN("invalid \"trunk='%s'\" in <vlan> - must be yes or no", trunk)
	}
	return nil
}
