package netpkt

import "encoding/binary"

// Where the words that decide about the framing stand in a packet.
const (
	typeOffset = 16
	countEnd   = MinLength + 4
)

// Frame measures the packet at the beginning of b: how many bytes it takes,
// and how many of the last of them carry a file descriptor each. These carrier
// bytes follow the packet and are not in its length. Size is 0 while b is too
// short to tell.
func Frame(b []byte) (size, fds int, err error) {
	if len(b) < LengthSize {
		return 0, 0, nil
	}
	n := binary.BigEndian.Uint32(b)
	if n < MinLength || n > MaxLength {
		return 0, 0, ErrLength
	}
	if len(b) < typeOffset+4 {
		return 0, 0, nil
	}
	if !Type(binary.BigEndian.Uint32(b[typeOffset:])).HasFDs() {
		return int(n), 0, nil
	}
	if n < countEnd {
		return 0, 0, ErrFDs
	}
	if len(b) < countEnd {
		return 0, 0, nil
	}
	count := binary.BigEndian.Uint32(b[MinLength:])
	if count > MaxFDs {
		return 0, 0, ErrFDs
	}
	return int(n + count), int(count), nil
}
