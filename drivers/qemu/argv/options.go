package argv

import (
	"time"

	"github.com/govirtd/govirtd/domxml"
)

// Options is what a command line needs beside the document: the places, the
// descriptors and the settings of the host.
type Options struct {
	Dirs

	// HostEnv looks up a variable of the daemon's environment; nil has none.
	HostEnv func(name string) string

	// MonitorFD is a listening socket handed to the emulator; 0 lets it
	// listen at monitor.sock in the domain's folder.
	MonitorFD int
	// ChardevFDs are listening sockets by alias of their device.
	ChardevFDs map[string]int
	// ChardevFiles are files that the host has opened for character devices
	// and their logs, by alias.
	ChardevFiles map[string]ChardevFiles
	// NetFDs are what the host has opened for interfaces, by alias.
	NetFDs map[string]NetFDs
	// VhostFDs are descriptors of /dev/vhost-vsock and /dev/vhost-scsi by
	// alias of their device.
	VhostFDs map[string]int
	// SCSIGeneric are the devices of the host behind SCSI devices, by alias:
	// /dev/sg0.
	SCSIGeneric map[string]string
	// TPMSockets are those of emulated modules, by alias.
	TPMSockets map[string]string
	// FDSets are descriptors that documents call by name.
	FDSets map[string][]FD

	// MasterKey encrypts the secrets on the command line: 32 bytes, the
	// content of master-key.aes. Without it secrets are not hidden and their
	// text is refused.
	MasterKey []byte
	// Random fills initialisation vectors.
	Random func([]byte)
	// Secret is the value of a secret of the host.
	Secret func(SecretRef) ([]byte, error)

	// Incoming is what the guest comes from, "defer" for a migration; empty
	// for a fresh start.
	Incoming string
	// Now is the time that variable clocks start from, in the zone of the host;
	// zero reads the clock.
	Now time.Time
	// HostSysInfo are the SMBIOS tables of the host.
	HostSysInfo *domxml.SysInfo

	// NoSandbox leaves the emulator's system calls alone.
	NoSandbox bool
	// NoTimestamps leaves the time out of its messages.
	NoTimestamps bool

	VNC   VNCOptions
	SPICE SPICEOptions

	// RenderNode is the host's graphics device for guests that use one without
	// naming it: /dev/dri/renderD128.
	RenderNode string
	// ChardevTLS are the certificates of character devices.
	ChardevTLS TLSOptions
	// NBDTLS are the certificates of clients of NBD servers.
	NBDTLS TLSOptions
	// HugePages are the mounted places of huge pages by size in KiB; 0 is the
	// default size.
	HugePages map[uint64]string
	// DefaultHugePage is the host's default size in KiB.
	DefaultHugePage uint64
	// Nodes are the NUMA nodes of the host; nil does not check those that
	// documents name. AutoNodes are those that a guest is advised to use that
	// leaves its place to the host.
	Nodes, AutoNodes domxml.CPUSet
	// NodeCPUs are the CPUs of each node of the host.
	NodeCPUs []domxml.CPUSet
	// HostCDROM says whether a block device of the host is a CD drive.
	HostCDROM func(path string) bool
	// CPU is what the guest's CPU was resolved to, where the document leaves
	// it to the host.
	CPU *domxml.CPU
}

// NetFDs are the descriptors of an interface: a tap device and its vhost
// device for each queue.
type NetFDs struct {
	Tap   []int
	Vhost []int
	// VDPA is a /dev/vhost-vdpa device.
	VDPA int
}

// ChardevFiles are the files of a character device: what it writes to where
// that is a file, and its log.
type ChardevFiles struct {
	Source, Log *FD
}

// FD is a descriptor that becomes a member of a set of the emulator.
type FD struct {
	Number int
	// Writable says that it was opened for writing.
	Writable bool
}

// SecretRef names a secret of the host by UUID, or by type and usage where
// that is zero.
type SecretRef struct {
	Type  string // volume, ceph, iscsi, tls, vtpm
	UUID  domxml.UUID
	Usage string
}

// VNCOptions are settings of all VNC servers.
type VNCOptions struct {
	// Listen is the address of servers that name none.
	Listen string
	SASL   bool
	TLS    TLSOptions
	// Password asks clients for the password that the monitor sets.
	Password string
}

// SPICEOptions are settings of all SPICE servers.
type SPICEOptions struct {
	Listen   string
	SASL     bool
	TLSDir   string // x509-dir; empty without TLS
	Password string
}

// TLSOptions are certificates in a folder; no folder is no TLS.
type TLSOptions struct {
	Dir        string
	VerifyPeer bool
	// Secret opens the key of the certificate.
	Secret *domxml.UUID
	// Everywhere uses TLS where a document does not choose.
	Everywhere bool
}
