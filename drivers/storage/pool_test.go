//go:build linux

package storage

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/vir"
)

func TestDirPool(t *testing.T) {
	b := newBench(t)
	for path, want := range map[string]os.FileMode{b.dir: poolMode} {
		if st, err := os.Stat(path); err != nil || st.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", path, st.Mode(), err)
		}
	}
	c, err := b.s.ScanStoragePool(t.Context(), b.pool, nil)
	b.must(err)
	if c.Capacity == 0 || c.Allocation > c.Capacity || *c.Permissions.Mode != poolMode || int(*c.Permissions.Owner) != os.Getuid() {
		t.Errorf("%+v", c)
	}
	b.must(b.s.StartStoragePool(t.Context(), b.pool))
	b.fails(b.s.BuildStoragePool(t.Context(), b.pool, vir.StoragePoolBuildRepair), vir.ErrInvalidArg,
		"unsupported flags (0x1) in function virStorageBackendFileSystemBuild")
	b.fails(b.s.BuildStoragePool(t.Context(), b.pool, vir.StoragePoolBuildOverwrite), vir.ErrOperationInvalid,
		"No source device specified when formatting pool 'p'")
	b.fails(b.s.BuildStoragePool(t.Context(), b.pool, vir.StoragePoolBuildOverwrite|vir.StoragePoolBuildNoOverwrite), vir.ErrInvalidArg,
		"Flags 'VIR_STORAGE_POOL_BUILD_OVERWRITE' and 'VIR_STORAGE_POOL_BUILD_NO_OVERWRITE' are mutually exclusive")
	b.fails(b.s.DeleteStoragePool(t.Context(), b.pool, vir.StoragePoolDeleteZeroed), vir.ErrInvalidArg,
		"unsupported flags (0x1) in function virStorageBackendDeleteLocal")
	b.write("x", "")
	b.fails(b.s.DeleteStoragePool(t.Context(), b.pool, 0), vir.ErrSystemError, "failed to remove pool '@': Directory not empty")
	b.must(os.Remove(b.path("x")))
	b.must(b.s.StopStoragePool(t.Context(), b.pool))
	b.must(b.s.DeleteStoragePool(t.Context(), b.pool, 0))
	_, err = b.s.ScanStoragePool(t.Context(), b.pool, nil)
	b.fails(err, vir.ErrSystemError, "cannot open directory '@': No such file or directory")
	if e := err.(*vir.Error); e.Domain != vir.FromNone || e.Int1 != int32(syscall.ENOENT) {
		t.Errorf("%+v", e)
	}
	b.must(os.WriteFile(b.dir, nil, 0o600))
	_, err = b.s.ScanStoragePool(t.Context(), b.pool, nil)
	b.fails(err, vir.ErrSystemError, "cannot open directory '@': Not a directory")
}

// TestBuildPermissions: a target that is there keeps its mode unless the
// document names one.
func TestBuildPermissions(t *testing.T) {
	b := newBench(t)
	b.must(os.Chmod(b.dir, 0o700))
	b.must(b.s.BuildStoragePool(t.Context(), b.pool, 0))
	mode := func(want os.FileMode) {
		t.Helper()
		if st, err := os.Stat(b.dir); err != nil || st.Mode().Perm() != want {
			t.Errorf("mode %v, %v; want %v", st.Mode(), err, want)
		}
	}
	mode(0o700)
	named := domxml.FileMode(0o755)
	b.pool.Target.Permissions = &domxml.StoragePermissions{Mode: &named}
	b.must(b.s.BuildStoragePool(t.Context(), b.pool, 0))
	mode(0o755)
	b.pool.Features = &domxml.StoragePoolFeatures{COW: &domxml.StorageCOW{State: domxml.No}}
	if err := b.s.BuildStoragePool(t.Context(), b.pool, 0); err != nil {
		b.fails(err, vir.ErrSystemError, "unable to control COW flag on '@', not btrfs: Function not implemented")
	}
}

// TestOtherPools are defined and no more.
func TestOtherPools(t *testing.T) {
	b := newBench(t)
	b.pool = b.parse("<pool type='logical'><name>vg</name><source><device path='/dev/x'/></source></pool>")
	b.fails(b.s.StartStoragePool(t.Context(), b.pool), vir.ErrNoSupport, "pools of type 'logical' cannot be started")
	b.fails(b.s.BuildStoragePool(t.Context(), b.pool, 0), vir.ErrNoSupport, "pool does not support pool building")
	b.fails(b.s.DeleteStoragePool(t.Context(), b.pool, 0), vir.ErrNoSupport, "pool does not support pool deletion")
	var have []string
	for _, p := range domxml.NewStoragePoolCapabilities(b.s.HasStoragePoolType).Pools {
		if p.Supported == domxml.Yes {
			have = append(have, string(p.Type))
		}
	}
	if want := "dir fs netfs logical disk iscsi iscsi-direct scsi mpath rbd gluster zfs"; strings.Join(have, " ") != want {
		t.Errorf("there are %v, want %s", have, want)
	}
}

// TestVolumeOrder: volumes are listed by their names.
func TestVolumeOrder(t *testing.T) {
	b := newBench(t)
	want := []string{"10", "9", "Beta", "alpha", "zeta"}
	for _, i := range []int{3, 0, 4, 2, 1} {
		b.write(want[i], "")
	}
	c, err := b.s.ScanStoragePool(t.Context(), b.pool, nil)
	b.must(err)
	var got []string
	for _, v := range c.Volumes {
		got = append(got, v.Name)
	}
	if !slices.Equal(got, want) {
		t.Errorf("volumes %v, want %v", got, want)
	}
}

// TestScan is about what is a volume and what is none.
func TestScan(t *testing.T) {
	b := newBench(t)
	outside := filepath.Join(filepath.Dir(b.dir), "outside")
	b.must(os.WriteFile(outside, []byte("secret"), 0o600))
	b.write("plain", "hello")
	b.write(".hidden", "")
	b.must(os.Mkdir(b.path("sub"), 0o700))
	b.must(os.Mkdir(b.path("ploop"), 0o700))
	b.write("ploop/root.hds", "")
	b.write("ploop/DiskDescriptor.xml", "")
	b.must(syscall.Mkfifo(b.path("fifo"), 0o600))
	for name, target := range map[string]string{
		"inside": "plain", "dangling": "nowhere", "out": outside, "up": "../outside", "deep": "sub/../../outside", "loop": "loop", "dirout": "..",
	} {
		b.must(os.Symlink(target, b.path(name)))
	}
	found := b.scan()
	var names []string
	for name := range found {
		names = append(names, name)
	}
	want := map[string]string{
		"plain": "file raw 5", "inside": "file raw 5", ".hidden": "file raw 0", "sub": "dir dir 0", "ploop": "ploop ploop 0",
	}
	if len(names) != len(want) {
		t.Errorf("found %v", names)
	}
	for name, what := range want {
		v := found[name]
		if v == nil {
			t.Errorf("no %s", name)
			continue
		}
		if got := strings.Join([]string{string(v.Type), v.Target.Format.Type, strconv.FormatUint(v.Capacity.Value, 10)}, " "); got != what {
			t.Errorf("%s: %s, want %s", name, got, what)
		}
	}
	if p := found[".hidden"].Physical; p != nil {
		t.Errorf("an empty file has %v", p)
	}
}
