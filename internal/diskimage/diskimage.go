// Package diskimage reads the headers of disk images: which format a file has,
// how large the disk in it is, and what it stands on.
//
// It opens nothing. Names of other images are given as the header has them;
// whether and from where they are opened is for the caller to decide, since a
// guest may have written them.
package diskimage

import (
	"bytes"
	"errors"
	"io"
)

// Info is what a header says.
type Info struct {
	// Format is libvirt's name: raw where nothing else is recognised, also for
	// LUKS, which has Encryption then.
	Format string
	// Capacity is the size of the disk in bytes; that of the file where the header
	// says nothing.
	Capacity uint64
	// BackingFile is the image below, as it stands in the header: an absolute path,
	// one relative to the image, a URL, or "json:" and a description. Empty for none.
	BackingFile string
	// BackingFormat is the format of BackingFile in QEMU's words, empty where the
	// header leaves it open.
	BackingFormat string
	// DataFile is the file that has the data of a qcow2 with External set; empty
	// where the header does not name it.
	DataFile string
	External bool
	// ClusterSize is the unit of allocation of a qcow2 in bytes; 0 for others.
	ClusterSize uint64
	// Compat is the version of a qcow2, 0.10 or 1.1; empty for others.
	Compat        string
	LazyRefcounts bool
	ExtendedL2    bool
	// Encryption is qcow (AES, out of use) or luks; empty for none.
	Encryption string
	// Malformed says what is wrong with a header of the format; what stands in the
	// other fields is what could be read all the same. Empty for a good one.
	Malformed string
}

const (
	// maxHeader is how much of a file the formats are recognised by; the mark of
	// an ISO image is the last of them.
	maxHeader = 33 << 10
	// maxName bounds the name of another image, as QEMU does.
	maxName = 1023
)

// format knows one format.
type format struct {
	name string
	// mark is what stands at an offset of all images of the format.
	mark   string
	offset int
	// fits looks further where the mark is not enough; nil for no more.
	fits func(head []byte) bool
	read func(h *header, info *Info)
}

// formats are those that libvirt's storage driver recognises, in its order:
// an ISO image may have anything in front.
var formats = []format{
	{name: "iso", mark: "CD001", offset: 32769},
	{name: "vpc", mark: "conectix", fits: version(12, bigEndian, 0x10000), read: readVPC},
	{name: "vdi", mark: "\x7f\x10\xda\xbe", offset: 64, fits: version(68, littleEndian, 0x10001), read: readVDI},
	{name: "ploop", mark: "WithouFreSpacExt", fits: version(16, littleEndian, 2)},
	{name: "cow", mark: "OOOM", fits: version(4, bigEndian, 2), read: readCOW},
	{name: "qcow", mark: "QFI\xfb", fits: version(4, bigEndian, 1), read: readQCOW},
	{name: "qcow2", mark: "QFI\xfb", fits: version(4, bigEndian, 2, 3), read: readQCOW2},
	{name: "qed", mark: "QED\x00", read: readQED},
	{name: "vmdk", mark: "KDMV", fits: version(4, littleEndian, 1, 2, 3), read: readVMDK},
	{name: "raw", mark: "LUKS\xba\xbe\x00\x01", read: readLUKS},
}

// Probe looks at an image of size bytes. The error is one of reading; what
// cannot be understood is raw.
func Probe(r io.ReaderAt, size int64) (Info, error) {
	h := &header{file: r, size: uint64(max(size, 0))}
	h.head = make([]byte, min(uint64(maxHeader), h.size))
	n, err := r.ReadAt(h.head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return Info{}, err
	}
	h.head = h.head[:n]
	info := Info{Format: "raw", Capacity: h.size}
	for _, f := range formats {
		if !f.in(h.head) {
			continue
		}
		info.Format = f.name
		if f.read != nil {
			f.read(h, &info)
		}
		break
	}
	return info, h.err
}

func (f *format) in(head []byte) bool {
	return len(head) >= f.offset && bytes.HasPrefix(head[f.offset:], []byte(f.mark)) && (f.fits == nil || f.fits(head))
}

// version wants one of some numbers at an offset.
func version(offset int, order order, numbers ...uint32) func([]byte) bool {
	return func(head []byte) bool {
		h := header{head: head}
		v, ok := h.uint32(offset, order)
		for _, n := range numbers {
			if ok && v == n {
				return true
			}
		}
		return false
	}
}

// capacity takes over the size of the disk; none stands for that of the file.
func (i *Info) capacity(sectors, unit uint64) {
	switch {
	case sectors == 0:
	case sectors > ^uint64(0)/unit:
		i.broken("the disk is too large")
	default:
		i.Capacity = sectors * unit
	}
}

// broken keeps what is wrong first.
func (i *Info) broken(what string) {
	if i.Malformed == "" {
		i.Malformed = what
	}
}
