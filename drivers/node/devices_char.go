//go:build linux

package node

import (
	"io/fs"
	"path"
	"strings"

	"github.com/govirtd/govirtd/domxml"
)

// drm is a screen; the number of its file says which side of it.
func (d *sysDevice) drm() (string, *domxml.NodeDeviceCapability) {
	minor, ok := decimal(d.properties["MINOR"])
	sides := []string{"primary", "control", "render"}
	if side := int(minor / 64); ok && side < len(sides) {
		return "drm_" + d.name(), &domxml.NodeDeviceCapability{Type: domxml.CapDRM, Kind: &domxml.NodeDeviceKind{Name: sides[side]}}
	}
	return "", nil
}

// vdpa is a device that speaks virtio to guests through a file.
func (d *sysDevice) vdpa() (string, *domxml.NodeDeviceCapability) {
	entries, err := fs.ReadDir(d.h.root, d.path)
	if err != nil {
		return "", nil
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), "vhost-vdpa-") && d.h.exists(path.Join("dev", e.Name())) {
			return "vdpa_" + d.name(), &domxml.NodeDeviceCapability{Type: domxml.CapVDPA, CharDev: "/dev/" + e.Name()}
		}
	}
	return "", nil
}
