//go:build linux

package storage

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/vir"
)

// shape is the document of a volume without what differs from test to test.
func (b *bench) shape(vol *domxml.StorageVolume) string {
	b.Helper()
	text, err := domxml.FormatStorageVolume(vol, 0)
	b.must(err)
	out := regexp.MustCompile(`(?s)\s*<timestamps>.*?</timestamps>|\s*<permissions>.*?</permissions>|\s*<(name|key)>.*?</(name|key)>|\n *| unit='bytes'`).ReplaceAllString(string(text), "")
	return strings.ReplaceAll(out, b.dir, "@")
}

func (b *bench) hasShape(vol *domxml.StorageVolume, want string) {
	b.Helper()
	if got := b.shape(vol); got != want {
		b.Errorf("%s:\n got %s\nwant %s", vol.Name, got, want)
	}
}

func blocks(t *testing.T, path string) int64 {
	t.Helper()
	st, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return st.Sys().(*syscall.Stat_t).Blocks * 512
}

func TestCreateRaw(t *testing.T) {
	b := newBench(t)
	v := b.create(b.volume("sparse", "raw", 1<<20, 0))
	b.hasShape(v, "<volume type='file'><capacity>1048576</capacity><allocation>0</allocation><physical>1048576</physical>"+
		"<target><path>@/sparse</path><format type='raw'/></target></volume>")
	if st, _ := os.Stat(v.Target.Path); st.Mode() != volumeMode {
		t.Errorf("mode %v", st.Mode())
	}
	v = b.create(b.volume("full", "raw", 1<<20, 1<<20))
	if n := blocks(t, v.Target.Path); n != 1<<20 || v.Allocation.Value != 1<<20 {
		t.Errorf("%d are stored, %d said", n, v.Allocation.Value)
	}
	// More than there is to store makes the file longer.
	if v = b.create(b.volume("more", "raw", 4096, 8192)); v.Capacity.Value != 8192 {
		t.Errorf("%+v", v.Capacity)
	}
	v = b.create(b.volume("mode", "raw", 10, 0, "<permissions><mode>0640</mode></permissions>"))
	if st, _ := os.Stat(v.Target.Path); st.Mode() != 0o640 || *v.Target.Permissions.Mode != 0o640 {
		t.Errorf("mode %v", st.Mode())
	}
	v = b.create(b.volume("d", "dir", 10, 0))
	if v.Type != domxml.StorageVolumeDir || v.Capacity.Value != 0 {
		t.Errorf("%+v", v)
	}
	if v = b.create(b.volume("i", "iso", 1<<20, 4096)); v.Target.Format.Type != "iso" || v.Capacity.Value != 1<<20 || v.Allocation.Value != 4096 {
		t.Errorf("%+v", v)
	}
}

// TestCreateRefused has the reference's answers.
func TestCreateRefused(t *testing.T) {
	b := newBench(t)
	b.write("there", "x")
	b.must(os.Symlink("/nowhere", b.path("link")))
	create := func(vol *domxml.StorageVolume, flags vir.StorageVolCreateFlags) error {
		return b.s.CreateStorageVolume(t.Context(), b.pool, vol, nil, flags)
	}
	for _, name := range []string{"a/b", "../x", "/etc/x"} {
		b.fails(create(b.volume(name, "raw", 1, 0), 0), vir.ErrOperationInvalid, "volume name '"+name+"' cannot contain '/'")
	}
	for _, name := range []string{".", "..", "there", "link"} {
		b.fails(create(b.volume(name, "raw", 1, 0), 0), vir.ErrOperationInvalid, "volume target path '@/"+name+"' already exists")
	}
	long := strings.Repeat("l", 256)
	b.fails(create(b.volume(long, "raw", 1, 0), 0), vir.ErrSystemError, "Failed to create file '@/"+long+"': File name too long")
	b.fails(create(b.volume("m", "raw", 1, 0), vir.StorageVolCreatePreallocMetadata), vir.ErrConfigUnsupported,
		"metadata preallocation is not supported for raw volumes")
	b.fails(create(b.volume("m", "qed", 1, 0), vir.StorageVolCreatePreallocMetadata), vir.ErrConfigUnsupported,
		"metadata preallocation only available with qcow2")
	b.fails(create(over(b.volume("m", "qcow2", 1, 0), b.path("there"), "raw"), vir.StorageVolCreatePreallocMetadata), vir.ErrConfigUnsupported,
		"metadata preallocation conflicts with backing store")
	b.fails(create(over(b.volume("m", "raw", 1, 0), b.path("there"), "raw"), 0), vir.ErrNoSupport, "backing storage not supported for raw volumes")
	b.fails(create(b.volume("m", "qcow2", 1, 0, "<compat>0.10</compat><features><lazy_refcounts/></features>"), 0), vir.ErrConfigUnsupported,
		"lazy_refcounts not supported with compat level 0.10")
	b.fails(create(b.volume("m", "ploop", 1, 0), 0), vir.ErrInternalError, "unable to find ploop, please install ploop tools")
	b.fails(create(over(b.volume("m", "qcow2", 1, 0), b.path("nope"), "raw"), 0), vir.ErrSystemError,
		"inaccessible backing store volume @/nope: No such file or directory")
	b.fails(create(over(b.volume("m", "qcow2", 1, 0), "nbd://localhost/x", "raw"), 0), vir.ErrSystemError, "inaccessible backing store volume nbd://localhost/x")
	b.fails(create(over(b.volume("m", "qcow2", 1, 0), b.path("there"), "qcow2"), 0), vir.ErrInternalError, "Image is not in qcow2 format")
	b.fails(create(over(b.volume("m", "qcow2", 1, 0), b.dir, "raw"), 0), vir.ErrInternalError, "must be a regular file")
	enc := func(format, rest string) string {
		return "<encryption format='" + format + "'>" + rest + "</encryption>"
	}
	secret := "<secret type='passphrase' uuid='11111111-2222-3333-4444-555555555555'/>"
	b.fails(create(b.volume("m", "raw", 1, 0, enc("luks", "")), 0), vir.ErrInvalidArg, "A single <secret type='passphrase'...> element is expected")
	b.fails(create(b.volume("m", "qcow2", 1, 0, enc("luks", "")), 0), vir.ErrInvalidArg, "A single <secret type='passphrase'...> element is expected")
	b.fails(create(b.volume("m", "qcow2", 1, 0, enc("qcow", secret)), 0), vir.ErrConfigUnsupported, "creation of qcow2 encrypted image is not supported")
	b.fails(create(b.volume("m", "vdi", 1, 0, enc("luks", secret)), 0), vir.ErrConfigUnsupported, "volume encryption unsupported with format vdi")
	b.fails(create(b.volume("m", "raw", 1, 0, enc("luks2", secret)), 0), vir.ErrInternalError, "Only luks encryption is supported for raw files")
	left, err := os.ReadDir(b.dir)
	if err != nil || len(left) != 2 {
		t.Errorf("there are %v, %v", left, err)
	}
}

// TestCreateLeavesNothing: what fails half way is taken away again.
func TestCreateLeavesNothing(t *testing.T) {
	b := newBench(t)
	err := b.s.CreateStorageVolume(t.Context(), b.pool, b.volume("huge", "raw", 1<<62, 0), nil, 0)
	b.fails(err, vir.ErrSystemError, "cannot extend file '@/huge': File too large")
	b.s.cfg.Tool = func(string) (string, error) { return "", os.ErrNotExist }
	err = b.s.CreateStorageVolume(t.Context(), b.pool, b.volume("q", "qcow2", 1<<20, 0), nil, 0)
	b.fails(err, vir.ErrSystemError, "Cannot find 'qemu-img' in path: No such file or directory")
	if left, _ := os.ReadDir(b.dir); len(left) != 0 {
		t.Errorf("left %v", left)
	}
}

func TestDelete(t *testing.T) {
	b := newBench(t)
	v := b.create(b.volume("v", "raw", 1, 0))
	b.fails(b.s.DeleteStorageVolume(t.Context(), b.pool, v, vir.StorageVolDeleteZeroed), vir.ErrInvalidArg,
		"unsupported flags (0x1) in function virStorageBackendVolDeleteLocal")
	b.must(b.s.DeleteStorageVolume(t.Context(), b.pool, v, 0))
	b.must(b.s.DeleteStorageVolume(t.Context(), b.pool, v, 0))
	d := b.create(b.volume("d", "dir", 1, 0))
	b.write("d/x", "")
	b.fails(b.s.DeleteStorageVolume(t.Context(), b.pool, d, 0), vir.ErrSystemError, "cannot remove directory '@/d': Directory not empty")
	// A link goes itself, not what it leads to.
	outside := filepath.Join(filepath.Dir(b.dir), "outside")
	b.must(os.WriteFile(outside, nil, 0o600))
	b.must(os.Symlink(outside, b.path("l")))
	l := b.volume("l", "raw", 1, 0)
	b.must(b.s.DeleteStorageVolume(t.Context(), b.pool, l, 0))
	if _, err := os.Stat(outside); err != nil {
		t.Error(err)
	}
}

// TestLookAt follows what others do to a file.
func TestLookAt(t *testing.T) {
	b := newBench(t)
	v := b.create(b.volume("v", "raw", 4096, 0))
	b.must(os.WriteFile(v.Target.Path, bytes.Repeat([]byte("x"), 8192), 0o600))
	got, err := b.s.LookAtStorageVolume(t.Context(), b.pool, v, false)
	b.must(err)
	if got.Capacity.Value != 8192 || got.Physical.Value != 8192 || v.Capacity.Value != 4096 {
		t.Errorf("%+v", got)
	}
	// An image in a raw volume is raw until the volume is looked at afresh.
	image := append([]byte("QFI\xfb\x00\x00\x00\x02"), make([]byte, 504)...)
	image[21+2], image[24+5] = 16, 16
	b.must(os.WriteFile(v.Target.Path, image, 0o600))
	got, err = b.s.LookAtStorageVolume(t.Context(), b.pool, v, false)
	b.must(err)
	if got.Target.Format.Type != "raw" || got.Capacity.Value != 512 {
		t.Errorf("%+v", got)
	}
	got, err = b.s.LookAtStorageVolume(t.Context(), b.pool, v, true)
	b.must(err)
	b.hasShape(got, "<volume type='file'><capacity>1048576</capacity><allocation>4096</allocation><physical>512</physical>"+
		"<target><path>@/v</path><format type='qcow2'/><clusterSize unit='B'>65536</clusterSize></target></volume>")
	b.must(os.Remove(v.Target.Path))
	_, err = b.s.LookAtStorageVolume(t.Context(), b.pool, v, false)
	b.fails(err, vir.ErrNoStorageVol, "no storage vol with matching path '@/v'")
	b.must(os.Symlink("/etc/passwd", v.Target.Path))
	_, err = b.s.LookAtStorageVolume(t.Context(), b.pool, v, true)
	b.fails(err, vir.ErrNoStorageVol, "no storage vol with matching path '@/v'")
}
