//go:build linux

package node

import (
	"io/fs"
	"strings"

	"github.com/govirtd/govirtd/domxml"
)

// UUID is the identity that the firmware has for the host; "" where there is
// none, or one that many hosts share.
func (h *Host) UUID() string {
	u, ok := domxml.ParseUUID(h.word("sys/class/dmi/id/product_uuid"))
	if !ok {
		return ""
	}
	text := u.String()
	digits := strings.ReplaceAll(text, "-", "")
	if strings.Count(digits, digits[:1]) == len(digits) {
		return ""
	}
	return text
}

// VFIO reports whether devices of the host can be given to guests.
func (h *Host) VFIO() bool {
	groups, err := fs.ReadDir(h.root, "sys/kernel/iommu_groups")
	return err == nil && len(groups) > 0 && h.exists("dev/vfio/vfio")
}

// SEVGuests are how many encrypted guests the processor can tell apart, and
// how many of those whose registers are encrypted, too.
func (h *Host) SEVGuests() (guests, es uint) {
	if h.arch != "x86_64" {
		return 0, 0
	}
	_, _, most, least := h.cpuid(0x8000001f, 0)
	if most == 0 || least > most+1 || least == 0 {
		return 0, 0
	}
	return uint(most - least + 1), uint(least - 1)
}
