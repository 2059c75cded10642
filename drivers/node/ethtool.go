//go:build linux

package node

import (
	"bytes"
	"encoding/binary"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Requests of the kernel's ethtool interface, and flags of one of them.
const (
	ethtoolGRXCSUM   = 0x14
	ethtoolGTXCSUM   = 0x16
	ethtoolGSG       = 0x18
	ethtoolGStrings  = 0x1b
	ethtoolGTSO      = 0x1e
	ethtoolGGSO      = 0x23
	ethtoolGFLAGS    = 0x25
	ethtoolGGRO      = 0x2b
	ethtoolGSSetInfo = 0x37
	ethtoolGFeatures = 0x3a

	ethtoolFlagTXVLAN = 1 << 7
	ethtoolFlagRXVLAN = 1 << 8
	ethtoolFlagLRO    = 1 << 15
	ethtoolFlagNTUPLE = 1 << 27
	ethtoolFlagRXHASH = 1 << 28

	ethtoolFeatureSet = 4  // of strings
	ethtoolString     = 32 // bytes of one
	ethtoolMaxStrings = 1024
)

// ethtool asks the kernel what a network card does by itself, in the
// reference's words and order.
func ethtool(name string) (out []string) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil
	}
	defer unix.Close(fd)
	e := ethtoolSocket{fd, name}
	for _, f := range []struct {
		name    string
		request uint32
	}{
		{"rx", ethtoolGRXCSUM}, {"tx", ethtoolGTXCSUM}, {"sg", ethtoolGSG}, {"tso", ethtoolGTSO}, {"gso", ethtoolGGSO}, {"gro", ethtoolGGRO},
	} {
		if v, ok := e.value(f.request); ok && v != 0 {
			out = append(out, f.name)
		}
	}
	flags, _ := e.value(ethtoolGFLAGS)
	for _, f := range []struct {
		name string
		flag uint32
	}{
		{"lro", ethtoolFlagLRO}, {"rxvlan", ethtoolFlagRXVLAN}, {"txvlan", ethtoolFlagTXVLAN}, {"ntuple", ethtoolFlagNTUPLE}, {"rxhash", ethtoolFlagRXHASH},
	} {
		if flags&f.flag != 0 {
			out = append(out, f.name)
		}
	}
	if e.feature("tx-udp_tnl-segmentation") {
		out = append(out, "txudptnl")
	}
	return out
}

// ethtoolSocket makes requests about one card.
type ethtoolSocket struct {
	fd   int
	name string
}

// ifreq is what the kernel wants to be handed.
type ifreq struct {
	name [unix.IFNAMSIZ]byte
	data unsafe.Pointer
	_    [16]byte
}

// request makes a request; the answer is in its own place.
func (e *ethtoolSocket) request(data []byte) bool {
	r := ifreq{data: unsafe.Pointer(unsafe.SliceData(data))}
	if copy(r.name[:len(r.name)-1], e.name) < len(e.name) {
		return false
	}
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(e.fd), unix.SIOCETHTOOL, uintptr(unsafe.Pointer(&r)))
	runtime.KeepAlive(data)
	return errno == 0
}

// value asks for one number.
func (e *ethtoolSocket) value(request uint32) (uint32, bool) {
	data := make([]byte, 8)
	binary.NativeEndian.PutUint32(data, request)
	if !e.request(data) {
		return 0, false
	}
	return binary.NativeEndian.Uint32(data[4:]), true
}

// feature says whether the feature of that name is on.
func (e *ethtoolSocket) feature(name string) bool {
	// How many are there, how are they called, which are on?
	info := make([]byte, 20)
	binary.NativeEndian.PutUint32(info, ethtoolGSSetInfo)
	binary.NativeEndian.PutUint64(info[8:], 1<<ethtoolFeatureSet)
	if !e.request(info) {
		return false
	}
	n := int(min(binary.NativeEndian.Uint32(info[16:]), ethtoolMaxStrings))
	words := make([]byte, 12+n*ethtoolString)
	binary.NativeEndian.PutUint32(words, ethtoolGStrings)
	binary.NativeEndian.PutUint32(words[4:], ethtoolFeatureSet)
	binary.NativeEndian.PutUint32(words[8:], uint32(n))
	blocks := (n + 31) / 32
	bits := make([]byte, 8+blocks*16)
	binary.NativeEndian.PutUint32(bits, ethtoolGFeatures)
	binary.NativeEndian.PutUint32(bits[4:], uint32(blocks))
	if !e.request(words) || !e.request(bits) {
		return false
	}
	for i := range n {
		word, _, _ := bytes.Cut(words[12+i*ethtoolString:][:ethtoolString], []byte{0})
		if string(word) == name {
			// of each block: available, requested, active, never changed
			active := binary.NativeEndian.Uint32(bits[8+i/32*16+8:])
			return active>>(i%32)&1 != 0
		}
	}
	return false
}
