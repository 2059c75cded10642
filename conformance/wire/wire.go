// Package wire is a second, deliberately small speaker of the libvirt RPC: enough to hold a connection open, to make calls
// by number with a payload of bytes, and to misbehave on purpose (stop reading, hang up in mid-stream). It shares no
// code with the daemon, so that an error in the daemon's codec cannot hide behind itself.
package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"time"
)

// Remote is the number of the main program.
const Remote = 0x20008086

// Message types.
const (
	TypeCall   = 0
	TypeReply  = 1
	TypeEvent  = 2
	TypeStream = 3
)

// Status values.
const (
	StatusOK       = 0
	StatusError    = 1
	StatusContinue = 2
)

// Procedures used by the tests.
const (
	ConnectOpen          = 1
	ConnectClose         = 2
	DomainGetInfo        = 16
	DomainLookupByName   = 23
	AuthList             = 66
	DomainDestroy        = 12
	DomainCreateXML      = 10
	ConnectGetLibVersion = 157
	DomainOpenConsole    = 201
	DomainScreenshot     = 211
	RegisterDomainEvent  = 316 // connect_domain_event_callback_register_any
)

// headerSize counts the length word.
const headerSize = 28

// maxPacket bounds what a peer can make us allocate: the protocol's own limit.
const maxPacket = 4 + 32<<20

// Packet is one message.
type Packet struct {
	Program, Version uint32
	Procedure, Type  int32
	Serial           uint32
	Status           int32
	Body             []byte
}

// Append encodes the packet.
func (p *Packet) Append(b []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(headerSize+len(p.Body)))
	b = binary.BigEndian.AppendUint32(b, p.Program)
	b = binary.BigEndian.AppendUint32(b, p.Version)
	b = binary.BigEndian.AppendUint32(b, uint32(p.Procedure))
	b = binary.BigEndian.AppendUint32(b, uint32(p.Type))
	b = binary.BigEndian.AppendUint32(b, p.Serial)
	b = binary.BigEndian.AppendUint32(b, uint32(p.Status))
	return append(b, p.Body...)
}

// Read reads one packet.
func Read(r io.Reader) (*Packet, error) {
	var head [headerSize]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	word := func(i int) uint32 { return binary.BigEndian.Uint32(head[4*i:]) }
	size := word(0)
	if size < headerSize || size > maxPacket {
		return nil, fmt.Errorf("packet of %d bytes", size)
	}
	p := &Packet{Program: word(1), Version: word(2), Procedure: int32(word(3)), Type: int32(word(4)), Serial: word(5), Status: int32(word(6))}
	p.Body = make([]byte, size-headerSize)
	_, err := io.ReadFull(r, p.Body)
	return p, err
}

// String encodes a string.
func String(b []byte, s string) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(s)))
	b = append(b, s...)
	return append(b, make([]byte, -len(s)&3)...)
}

// Conn is one connection. It is for one goroutine.
type Conn struct {
	net.Conn
	serial uint32
}

// Dial connects to a socket and does nothing else.
func Dial(socket string) (*Conn, error) {
	c, err := net.DialTimeout("unix", socket, 10*time.Second)
	if err != nil {
		return nil, err
	}
	return &Conn{Conn: c}, nil
}

// Open connects to a socket and opens a URI, as the C library does: first the list of authentication methods.
func Open(socket, uri string) (*Conn, error) {
	c, err := Dial(socket)
	if err != nil {
		return nil, err
	}
	if _, err = c.Call(AuthList, nil); err == nil {
		_, err = c.Call(ConnectOpen, OpenArgs(uri))
	}
	if err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// OpenArgs is the body of connect_open: an optional string and the flags.
func OpenArgs(uri string) []byte {
	return binary.BigEndian.AppendUint32(String([]byte{0, 0, 0, 1}, uri), 0)
}

// NextSerial is the serial that the next call will carry.
func (c *Conn) NextSerial() uint32 { return c.serial }

// Send sends a call and returns its serial.
func (c *Conn) Send(procedure int32, body []byte) (uint32, error) {
	serial := c.serial
	c.serial++
	p := Packet{Program: Remote, Version: 1, Procedure: procedure, Type: TypeCall, Serial: serial, Body: body}
	_, err := c.Write(p.Append(nil))
	return serial, err
}

// SendStream sends one packet of an open stream.
func (c *Conn) SendStream(procedure int32, serial uint32, status int32, body []byte) error {
	p := Packet{Program: Remote, Version: 1, Procedure: procedure, Type: TypeStream, Serial: serial, Status: status, Body: body}
	_, err := c.Write(p.Append(nil))
	return err
}

// Call makes a call and waits for its reply; other packets are left out.
func (c *Conn) Call(procedure int32, body []byte) ([]byte, error) {
	serial, err := c.Send(procedure, body)
	if err != nil {
		return nil, err
	}
	for {
		p, err := Read(c)
		if err != nil {
			return nil, err
		}
		if p.Type != TypeReply || p.Serial != serial {
			continue
		}
		if p.Status != StatusOK {
			return nil, fmt.Errorf("procedure %d: %w", procedure, ReplyError(p.Body))
		}
		return p.Body, nil
	}
}

// ReplyError decodes the code and the text of an error body.
func ReplyError(body []byte) error {
	if len(body) < 16 {
		return errors.New("error reply without a text")
	}
	code, present, n := binary.BigEndian.Uint32(body), binary.BigEndian.Uint32(body[8:]), binary.BigEndian.Uint32(body[12:])
	if present != 1 || uint64(n) > uint64(len(body)-16) {
		return fmt.Errorf("code %d without a text", code)
	}
	return fmt.Errorf("code %d: %s", code, body[16:16+n])
}
