package diskimage

import "bytes"

const sector = 512

// QED (docs/interop/qed_spec of QEMU); numbers are little endian.
const (
	qedHasBacking = 1 << 0
	qedRawBacking = 1 << 2 // the backing file is raw, whatever is in it
)

func readQED(h *header, info *Info) {
	if size, ok := h.uint64(48, littleEndian); ok {
		info.capacity(size, 1)
	} else {
		info.broken("the header ends early")
	}
	features, _ := h.uint64(16, littleEndian)
	if features&qedHasBacking == 0 {
		return
	}
	offset, _ := h.uint32(56, littleEndian)
	length, _ := h.uint32(60, littleEndian)
	h.backing(info, uint64(offset), uint64(length))
	if features&qedRawBacking != 0 && info.BackingFile != "" {
		info.BackingFormat = "raw"
	}
}

// vmdkDescriptor is where sparse extents have their description, and its length.
const vmdkDescriptor, vmdkDescriptorSize = sector, 20 * sector

// readVMDK reads a sparse extent. One that is described in a file of its own is
// text, and raw to whoever does not know.
func readVMDK(h *header, info *Info) {
	if sectors, ok := h.uint64(12, littleEndian); ok {
		info.capacity(sectors, sector)
	} else {
		info.broken("the header ends early")
	}
	if len(h.head) <= vmdkDescriptor {
		return
	}
	text := h.head[vmdkDescriptor:min(len(h.head), vmdkDescriptor+vmdkDescriptorSize)]
	if i := bytes.IndexByte(text, 0); i >= 0 {
		text = text[:i]
	}
	_, rest, found := bytes.Cut(text, []byte(`parentFileNameHint="`))
	if !found {
		return
	}
	name, _, ended := bytes.Cut(rest, []byte(`"`))
	if !ended || len(name) > maxName {
		info.broken("the name of the parent does not end")
		return
	}
	info.BackingFile = string(name)
}

// readVDI reads the header of VirtualBox's images, version 1.1.
func readVDI(h *header, info *Info) {
	if size, ok := h.uint64(368, littleEndian); ok {
		info.capacity(size, 1)
	} else {
		info.broken("the header ends early")
	}
}

// readVPC reads the copy of the footer that dynamic images begin with: how large
// the disk was made.
func readVPC(h *header, info *Info) {
	if size, ok := h.uint64(40, bigEndian); ok {
		info.capacity(size, 1)
	} else {
		info.broken("the header ends early")
	}
}

// readCOW reads the header of user mode Linux's images, version 2.
func readCOW(h *header, info *Info) {
	const name, size = 8, 8 + 1024 + 4
	if n, ok := h.uint64(size, bigEndian); ok {
		info.capacity(n, 1)
	} else {
		info.broken("the header ends early")
	}
	if h.has(name, 1) {
		info.BackingFile = cString(h.head[name:min(len(h.head), name+1024)])
	}
	if len(info.BackingFile) > maxName {
		info.BackingFile = ""
		info.broken("the name of the backing file does not end")
	}
}

// readLUKS reads version 1, which begins with the keys.
func readLUKS(h *header, info *Info) {
	info.Encryption = "luks"
	sectors, ok := h.uint32(104, bigEndian)
	payload := uint64(sectors) * sector
	if !ok || payload > h.size {
		info.broken("the payload is beyond the end")
		return
	}
	info.Capacity = h.size - payload
}
