package netpkt

import "os"

// Packet is one packet that a Reader has read. Its payload is valid until the
// next Fill of the reader; Take makes it last.
type Packet struct {
	Header
	// Payload is what follows the header; for types with descriptors, what
	// follows their count.
	Payload []byte
	// FDs belong to who reads the packet.
	FDs []*os.File

	reader *Reader
	alone  bool // the payload lies in a buffer of its own
}

// Take makes the payload independent of the reader and returns its buffer,
// which the caller releases when it is done with the payload. A large packet
// brings its buffer along and is not copied.
func (p *Packet) Take() *Buffer {
	if p.alone {
		p.alone = false
		return p.reader.giveUp()
	}
	b := NewBuffer(len(p.Payload))
	b.B = append(b.B, p.Payload...)
	p.Payload = b.B
	return b
}

// CloseFDs closes the descriptors of a packet that nobody wants.
func (p *Packet) CloseFDs() {
	CloseAll(p.FDs)
	p.FDs = nil
}

// CloseAll closes every file.
func CloseAll(files []*os.File) {
	for _, f := range files {
		f.Close()
	}
}
