//go:build linux

package node

// cpuid asks the processor about itself.
func cpuid(leaf, sub uint32) (a, b, c, d uint32)

// registers asks as far as the processor knows: beyond its last leaf it
// answers with that of another one.
func registers(leaf, sub uint32) (a, b, c, d uint32) {
	last, _, _, _ := cpuid(leaf&0x80000000, 0)
	if leaf > last || last&0x80000000 != leaf&0x80000000 {
		return 0, 0, 0, 0
	}
	if leaf == 7 && sub > 0 {
		if deepest, _, _, _ := cpuid(7, 0); sub > deepest {
			return 0, 0, 0, 0
		}
	}
	return cpuid(leaf, sub)
}
