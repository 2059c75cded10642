package tap

import (
	"encoding/binary"
	"io"
	"time"
)

// Port is the TCP port under which analysers expect libvirt.
const Port = 16509

const (
	linkRaw    = 101   // capture files whose packets begin with the IP header
	maxSegment = 32000 // bytes of data per packet, well below the 65535 of an IP packet
	clientPort = 40000 // of the first session; the next have the next numbers
)

// TCP flags.
const (
	fin = 1 << iota
	syn
	_
	push
	ack
)

// WritePcap writes sessions as a capture file: a handshake, the data and a goodbye for each.
func WritePcap(w io.Writer, sessions []*Session) error {
	b := binary.LittleEndian.AppendUint32(nil, 0xa1b2c3d4) // microseconds
	b = binary.LittleEndian.AppendUint16(b, 2)
	b = binary.LittleEndian.AppendUint16(b, 4)
	b = append(b, make([]byte, 8)...)
	b = binary.LittleEndian.AppendUint32(b, 65535)
	b = binary.LittleEndian.AppendUint32(b, linkRaw)
	for i, s := range sessions {
		b = appendSession(b, uint16(clientPort+i), s.Chunks())
	}
	_, err := w.Write(b)
	return err
}

// stream is a TCP connection in the making: the next sequence number of each side.
type stream struct {
	port uint16
	next [2]uint32 // daemon, client
}

func appendSession(b []byte, port uint16, chunks []Chunk) []byte {
	if len(chunks) == 0 {
		return b
	}
	s := &stream{port: port, next: [2]uint32{1000, 2000}}
	first, last := chunks[0].At, chunks[len(chunks)-1].At
	b = s.packet(b, first, true, syn, nil)
	b = s.packet(b, first, false, syn|ack, nil)
	b = s.packet(b, first, true, ack, nil)
	for _, c := range chunks {
		for data := c.Data; len(data) > 0; {
			n := min(len(data), maxSegment)
			b = s.packet(b, c.At, c.FromClient, push|ack, data[:n])
			data = data[n:]
		}
	}
	b = s.packet(b, last, true, fin|ack, nil)
	b = s.packet(b, last, false, fin|ack, nil)
	return s.packet(b, last, true, ack, nil)
}

// packet appends one record: its head, an IPv4 header, a TCP header and the data.
func (s *stream) packet(b []byte, at time.Time, fromClient bool, flags byte, data []byte) []byte {
	const ipSize, tcpSize = 20, 20
	size := ipSize + tcpSize + len(data)
	b = binary.LittleEndian.AppendUint32(b, uint32(at.Unix()))
	b = binary.LittleEndian.AppendUint32(b, uint32(at.Nanosecond()/1000))
	b = binary.LittleEndian.AppendUint32(b, uint32(size))
	b = binary.LittleEndian.AppendUint32(b, uint32(size))

	side, ports, hosts := 0, [2]uint16{Port, s.port}, [2]byte{1, 2}
	if fromClient {
		side, ports, hosts = 1, [2]uint16{s.port, Port}, [2]byte{2, 1}
	}
	ip := []byte{
		0x45, 0, byte(size >> 8), byte(size), 0, 0, 0x40, 0, 64, 6, 0, 0,
		10, 0, 0, hosts[0], 10, 0, 0, hosts[1],
	}
	binary.BigEndian.PutUint16(ip[10:], checksum(0, ip))

	tcp := binary.BigEndian.AppendUint16(nil, ports[0])
	tcp = binary.BigEndian.AppendUint16(tcp, ports[1])
	tcp = binary.BigEndian.AppendUint32(tcp, s.next[side])
	if flags&ack != 0 {
		tcp = binary.BigEndian.AppendUint32(tcp, s.next[1-side])
	} else {
		tcp = append(tcp, 0, 0, 0, 0)
	}
	tcp = append(tcp, tcpSize/4<<4, flags, 0xff, 0xff, 0, 0, 0, 0)
	tcp = append(tcp, data...)
	pseudo := uint32(6) + uint32(len(tcp)) // protocol and length, then the addresses
	for i := 12; i < 20; i += 2 {
		pseudo += uint32(binary.BigEndian.Uint16(ip[i:]))
	}
	binary.BigEndian.PutUint16(tcp[16:], checksum(pseudo, tcp))

	s.next[side] += uint32(len(data))
	if flags&(syn|fin) != 0 {
		s.next[side]++
	}
	return append(append(b, ip...), tcp...)
}

// checksum is the internet checksum.
func checksum(sum uint32, data []byte) uint16 {
	for i := 0; i+1 < len(data); i += 2 {
		sum += uint32(binary.BigEndian.Uint16(data[i:]))
	}
	if len(data)%2 == 1 {
		sum += uint32(data[len(data)-1]) << 8
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return ^uint16(sum)
}
