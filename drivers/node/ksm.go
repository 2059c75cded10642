//go:build linux

package node

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

const ksmDir = "sys/kernel/mm/ksm/"

// ksmParameter is a parameter of shared memory with the kernel's name for it.
type ksmParameter struct {
	name, file string
	wide       bool // 64 bits
	writable   bool
}

// ksmParameters are in the order of the answer.
var ksmParameters = []ksmParameter{
	{name: vir.NodeMemorySharedPagesToScan, file: "pages_to_scan", writable: true},
	{name: vir.NodeMemorySharedSleepMillisecs, file: "sleep_millisecs", writable: true},
	{name: vir.NodeMemorySharedPagesShared, file: "pages_shared", wide: true},
	{name: vir.NodeMemorySharedPagesSharing, file: "pages_sharing", wide: true},
	{name: vir.NodeMemorySharedPagesUnshared, file: "pages_unshared", wide: true},
	{name: vir.NodeMemorySharedPagesVolatile, file: "pages_volatile", wide: true},
	{name: vir.NodeMemorySharedFullScans, file: "full_scans", wide: true},
	{name: vir.NodeMemorySharedMergeAcrossNodes, file: "merge_across_nodes", writable: true},
}

// NodeMemoryParameters are those that the kernel has.
func (h *Host) NodeMemoryParameters(context.Context) ([]drivers.NodeMemoryParameter, error) {
	var out []drivers.NodeMemoryParameter
	for _, p := range ksmParameters {
		if n, ok := h.number(ksmDir + p.file); ok {
			out = append(out, drivers.NodeMemoryParameter{Name: p.name, Value: n, Wide: p.wide})
		}
	}
	return out, nil
}

// SetNodeMemoryParameters changes some of them, which are known by name. All
// are looked at before the first is changed.
func (h *Host) SetNodeMemoryParameters(_ context.Context, params []drivers.NodeMemoryParameter) error {
	file := func(name string) string {
		i := slices.IndexFunc(ksmParameters, func(p ksmParameter) bool { return p.name == name && p.writable })
		if i < 0 {
			return ""
		}
		return ksmDir + ksmParameters[i].file
	}
	for _, p := range params {
		if f := file(p.Name); f == "" || !h.exists(f) {
			return failed(vir.ErrOperationInvalid, "Parameter '%s' is not supported by this kernel", p.Name)
		}
	}
	for _, p := range params {
		if err := h.write(file(p.Name), strconv.FormatUint(p.Value, 10)); err != nil {
			return systemError(err, "failed to set %s", p.Name)
		}
	}
	return nil
}

// systemError is an error of the system: its words stand behind ours.
func systemError(err error, format string, args ...any) error {
	var errno syscall.Errno
	if !errors.As(err, &errno) {
		return failed(vir.ErrInternalError, "%v", err)
	}
	text := errno.Error()
	text = strings.ToUpper(text[:1]) + text[1:] // as the C library has it
	return failed(vir.ErrSystemError, format+": %s", append(args, text)...)
}
