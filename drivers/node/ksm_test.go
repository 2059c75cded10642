//go:build linux

package node

import (
	"io/fs"
	"reflect"
	"syscall"
	"testing"

	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

func TestNodeMemoryParameters(t *testing.T) {
	h, _ := tree(map[string]string{
		ksmDir + "pages_to_scan": "100\n", ksmDir + "sleep_millisecs": "20\n", ksmDir + "pages_shared": "7\n",
		ksmDir + "merge_across_nodes": "1\n",
	})
	set := func(name string, value uint64) error {
		return h.SetNodeMemoryParameters(t.Context(), []drivers.NodeMemoryParameter{{Name: name, Value: value}})
	}
	if err := set(vir.NodeMemorySharedPagesToScan, 250); err != nil {
		t.Error(err)
	}
	want := []drivers.NodeMemoryParameter{
		{Name: "shm_pages_to_scan", Value: 250}, {Name: "shm_sleep_millisecs", Value: 20},
		{Name: "shm_pages_shared", Value: 7, Wide: true}, {Name: "shm_merge_across_nodes", Value: 1},
	}
	if got, err := h.NodeMemoryParameters(t.Context()); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v, %v", got, err)
	}
	h.write = func(name, _ string) error { return &fs.PathError{Op: "write", Path: name, Err: syscall.EPERM} }
	refused(t, set(vir.NodeMemorySharedMergeAcrossNodes, 2), vir.ErrSystemError, vir.FromNone,
		"failed to set shm_merge_across_nodes: Operation not permitted")
	// The kernel's own reason, whatever it is.
	h.write = func(name, _ string) error { return &fs.PathError{Op: "write", Path: name, Err: syscall.EINVAL} }
	refused(t, set(vir.NodeMemorySharedMergeAcrossNodes, 7), vir.ErrSystemError, vir.FromNone,
		"failed to set shm_merge_across_nodes: Invalid argument")

	// A kernel without it.
	h, _ = tree(nil)
	if got, err := h.NodeMemoryParameters(t.Context()); err != nil || len(got) > 0 {
		t.Errorf("%v, %v", got, err)
	}
	refused(t, set(vir.NodeMemorySharedPagesToScan, 10), vir.ErrOperationInvalid, vir.FromNone,
		"Requested operation is not valid: Parameter 'shm_pages_to_scan' is not supported by this kernel")
}
