package diskimage

// The header of a qcow2 (docs/interop/qcow2.txt of QEMU); numbers are big endian.
const (
	qcow2BackingOffset = 8
	qcow2BackingSize   = 16
	qcow2ClusterBits   = 20
	qcow2Capacity      = 24
	qcow2Crypt         = 32
	qcow2Incompatible  = 72
	qcow2Compatible    = 80
	qcow2HeaderLength  = 100
	// qcow2Version2 is how long the header of version 2 is.
	qcow2Version2 = 72
	qcow2Version3 = 104

	qcow2IncompatibleData = 1 << 2
	qcow2IncompatibleL2   = 1 << 4
	qcow2CompatibleLazy   = 1 << 0

	qcow2ExtensionFormat = 0xe2792aca
	qcow2ExtensionData   = 0x44415441
	// qcow2Extensions bounds how many of them are looked at.
	qcow2Extensions = 64
)

func readQCOW2(h *header, info *Info) {
	v, _ := h.uint32(4, bigEndian)
	info.Compat = "0.10"
	extensions := uint32(qcow2Version2)
	if v >= 3 {
		info.Compat = "1.1"
		extensions = h.qcow2Version3(info)
	}
	if bits, ok := h.uint32(qcow2ClusterBits, bigEndian); !ok || bits < 9 || bits > 21 {
		info.broken("the size of clusters is not one that there is")
		if ok && bits > 0 && bits < 64 {
			info.ClusterSize = 1 << bits
		}
	} else {
		info.ClusterSize = 1 << bits
	}
	if size, ok := h.uint64(qcow2Capacity, bigEndian); ok {
		info.capacity(size, 1)
	} else {
		info.broken("the header ends early")
	}
	crypt, _ := h.uint32(qcow2Crypt, bigEndian)
	h.crypt(info, crypt)
	offset, _ := h.uint64(qcow2BackingOffset, bigEndian)
	length, _ := h.uint32(qcow2BackingSize, bigEndian)
	h.backing(info, offset, uint64(length))
	h.qcow2Extensions(info, extensions, offset)
}

// qcow2Version3 reads what version 3 has more; it says where the extensions begin.
func (h *header) qcow2Version3(info *Info) uint32 {
	incompatible, _ := h.uint64(qcow2Incompatible, bigEndian)
	compatible, _ := h.uint64(qcow2Compatible, bigEndian)
	info.External = incompatible&qcow2IncompatibleData != 0
	info.ExtendedL2 = incompatible&qcow2IncompatibleL2 != 0
	info.LazyRefcounts = compatible&qcow2CompatibleLazy != 0
	length, ok := h.uint32(qcow2HeaderLength, bigEndian)
	if !ok || length < qcow2Version3 {
		info.broken("the length of the header is too small")
	}
	return max(length, qcow2Version2)
}

// qcow2Extensions reads those that name other files. They end with one of
// type 0, or where the name of the backing file begins.
func (h *header) qcow2Extensions(info *Info, at uint32, backing uint64) {
	offset := uint64(at)
	for range qcow2Extensions {
		if backing != 0 && offset >= backing || offset > maxHeader || !h.has(int(offset), 8) {
			return
		}
		kind, _ := h.uint32(int(offset), bigEndian)
		length, _ := h.uint32(int(offset)+4, bigEndian)
		offset += 8
		switch kind {
		case 0:
			return
		case qcow2ExtensionFormat:
			if name, ok := h.text(offset, uint64(length)); ok && info.BackingFile != "" {
				info.BackingFormat = name
			}
		case qcow2ExtensionData:
			if name, ok := h.text(offset, uint64(length)); ok && info.External {
				info.DataFile = name
			}
		}
		offset += (uint64(length) + 7) &^ 7
	}
}

// crypt reads the number of a way to encrypt.
func (h *header) crypt(info *Info, method uint32) {
	switch method {
	case 0:
	case 1:
		info.Encryption = "qcow"
	case 2:
		if info.Format == "qcow2" {
			info.Encryption = "luks"
			return
		}
		fallthrough
	default:
		info.broken("the encryption is not one that there is")
	}
}

// readQCOW reads the header of version 1.
func readQCOW(h *header, info *Info) {
	if size, ok := h.uint64(24, bigEndian); ok {
		info.capacity(size, 1)
	} else {
		info.broken("the header ends early")
	}
	crypt, _ := h.uint32(36, bigEndian)
	h.crypt(info, crypt)
	offset, _ := h.uint64(8, bigEndian)
	length, _ := h.uint32(16, bigEndian)
	h.backing(info, offset, uint64(length))
}
