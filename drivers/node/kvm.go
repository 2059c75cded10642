//go:build linux

package node

import (
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// hypervisor is what is asked of the kernel's own; ok is false where it does
// not know.
type hypervisor interface {
	// maxVCPUs is how many virtual CPUs a guest may have.
	maxVCPUs() (n int, ok bool)
	// msr reads a register that says what the processor can do.
	msr(index uint32) (value uint64, ok bool)
	// tsc is the frequency of the time stamp counter in Hz, and whether guests
	// may have another.
	tsc() (frequency uint64, scaling, ok bool)
}

// device is /dev/kvm.
type device struct{}

// Requests of the kernel's KVM API.
const (
	kvmCreateVM       = 0xae01
	kvmCheckExtension = 0xae03
	kvmCreateVCPU     = 0xae41
	kvmGetTSCkHz      = 0xaea3
	kvmGetMSRs        = 0xc008ae88

	kvmCapNumVCPUs   = 9
	kvmCapTSCControl = 60
	kvmCapGetTSCkHz  = 61
	kvmCapMaxVCPUs   = 66
	kvmCapGetMSRs    = 153
)

func openKVM() (*os.File, bool) {
	f, err := os.OpenFile("/dev/kvm", os.O_RDWR, 0)
	return f, err == nil
}

// ioctl makes a request with a number.
func ioctl(f *os.File, request, arg uintptr) (int, bool) {
	n, _, errno := unix.Syscall(unix.SYS_IOCTL, f.Fd(), request, arg)
	return int(n), errno == 0
}

func (device) maxVCPUs() (int, bool) {
	f, ok := openKVM()
	if !ok {
		return 0, false
	}
	defer f.Close()
	if n, ok := ioctl(f, kvmCheckExtension, kvmCapMaxVCPUs); ok && n > 0 {
		return n, true
	}
	n, ok := ioctl(f, kvmCheckExtension, kvmCapNumVCPUs)
	return n, ok && n > 0
}

// kvmMSRs is the kernel's struct kvm_msrs with one entry.
type kvmMSRs struct {
	n, _     uint32
	index, _ uint32
	data     uint64
}

func (device) msr(index uint32) (uint64, bool) {
	f, ok := openKVM()
	if !ok {
		return 0, false
	}
	defer f.Close()
	if n, ok := ioctl(f, kvmCheckExtension, kvmCapGetMSRs); !ok || n == 0 {
		return 0, false
	}
	msrs := kvmMSRs{n: 1, index: index}
	n, _, errno := unix.Syscall(unix.SYS_IOCTL, f.Fd(), kvmGetMSRs, uintptr(unsafe.Pointer(&msrs)))
	return msrs.data, errno == 0 && n == 1
}

// tsc makes a guest without memory, as the kernel tells a virtual CPU only.
func (device) tsc() (uint64, bool, bool) {
	f, ok := openKVM()
	if !ok {
		return 0, false, false
	}
	defer f.Close()
	if n, ok := ioctl(f, kvmCheckExtension, kvmCapGetTSCkHz); !ok || n == 0 {
		return 0, false, false
	}
	scaling, ok := ioctl(f, kvmCheckExtension, kvmCapTSCControl)
	if !ok {
		return 0, false, false
	}
	fd, ok := ioctl(f, kvmCreateVM, 0)
	if !ok {
		return 0, false, false
	}
	vm := os.NewFile(uintptr(fd), "kvm-vm")
	defer vm.Close()
	if fd, ok = ioctl(vm, kvmCreateVCPU, 0); !ok {
		return 0, false, false
	}
	vcpu := os.NewFile(uintptr(fd), "kvm-vcpu")
	defer vcpu.Close()
	kHz, ok := ioctl(vcpu, kvmGetTSCkHz, 0)
	return uint64(kHz) * 1000, scaling != 0, ok && kHz > 0
}

// MaxKVMCPUs is how many virtual CPUs a guest under KVM may have; 0 without.
func (h *Host) MaxKVMCPUs() int {
	if h.kvm == nil {
		return 0
	}
	n, _ := h.kvm.maxVCPUs()
	return n
}
