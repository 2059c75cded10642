//go:build linux

package storage

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/vir"
)

// table is a Mounter that only remembers.
type table struct {
	mounted map[string]string
	said    []string
	fail    error
}

func (m *table) Mount(_ context.Context, source, target, fstype string, options []string) error {
	m.said = append(m.said, fmt.Sprintf("mount -o %s -t %q %s %s", strings.Join(options, ","), fstype, source, target))
	if m.fail == nil {
		m.mounted[target] = source
	}
	return m.fail
}

func (m *table) Unmount(_ context.Context, target string) error {
	m.said = append(m.said, "umount "+target)
	if m.fail == nil {
		delete(m.mounted, target)
	}
	return m.fail
}

func (m *table) Mounted(target string) (bool, error) { return m.mounted[target] != "", nil }

// TestMount has the arguments that the reference gives to mount.
func TestMount(t *testing.T) {
	const netfs = "<pool type='netfs'><name>n</name><source>%s</source><target><path>/t</path></target></pool>"
	for doc, want := range map[string]string{
		"<pool type='fs'><name>f</name><source><device path='/dev/x'/></source><target><path>/t</path></target></pool>": `nodev,nosuid,noexec -t "auto" /dev/x /t`,
		"<pool type='fs'><name>f</name><source><device path='/dev/x'/><format type='ext4'/></source><target><path>/t</path></target>" +
			"<f:mount_opts xmlns:f='http://libvirt.org/schemas/storagepool/fs/1.0'><f:option name='ro'/><f:option name='sync'/></f:mount_opts></pool>": `nodev,nosuid,noexec,ro,sync -t "ext4" /dev/x /t`,
		fmt.Sprintf(netfs, "<host name='h'/><dir path='/x'/>"):                                                                         `nodev,nosuid,noexec -t "" h:/x /t`,
		fmt.Sprintf(netfs, "<host name='::1'/><dir path='/x'/><format type='nfs'/><protocol ver='4.1'/>"):                              `nodev,nosuid,noexec,nfsvers=4.1 -t "nfs" ::1:/x /t`,
		fmt.Sprintf(netfs, "<host name='h'/><dir path='/x'/><format type='cifs'/>"):                                                    `nodev,nosuid,noexec,guest -t "cifs" //h//x /t`,
		fmt.Sprintf(netfs, "<host name='h'/><dir path='/x'/><format type='glusterfs'/>"):                                               `nodev,nosuid,noexec,direct-io-mode=1 -t "glusterfs" h:/x /t`,
		"<pool type='fs'><name>f</name><source><device path='/x'/><device path='/y'/></source><target><path>/t</path></target></pool>": "expected exactly 1 device",
		fmt.Sprintf(netfs, "<host name='h'/><host name='i'/><dir path='/x'/>"):                                                         "expected exactly 1 host",
	} {
		b := &bench{T: t}
		m := &table{mounted: map[string]string{}}
		s := New(Config{Mounter: m})
		pool := b.parse(doc)
		err := s.StartStoragePool(t.Context(), pool)
		if len(m.said) == 0 {
			b.fails(err, vir.ErrConfigUnsupported, want)
			continue
		}
		b.must(err)
		b.must(s.StartStoragePool(t.Context(), pool)) // is mounted already
		b.must(s.StopStoragePool(t.Context(), pool))
		b.must(s.StopStoragePool(t.Context(), pool))
		if got := strings.Join(m.said, "; "); got != "mount -o "+want+"; umount /t" {
			t.Errorf("got  %s\nwant mount -o %s; umount /t", got, want)
		}
	}
}

func TestMountFails(t *testing.T) {
	b := &bench{T: t}
	s := New(Config{})
	pool := b.parse("<pool type='fs'><name>f</name><source><device path='/dev/nonexist'/></source><target><path>" + t.TempDir() + "/t</path></target></pool>")
	b.needs("mount")
	b.fails(s.StartStoragePool(t.Context(), pool), vir.ErrInternalError, "mount -o nodev,nosuid,noexec -t auto /dev/nonexist "+pool.Target.Path+") unexpected exit status ")
	s.cfg.Tool = func(string) (string, error) { return "", os.ErrNotExist }
	b.fails(s.StartStoragePool(t.Context(), pool), vir.ErrSystemError, "Cannot find 'mount' in path: No such file or directory")
}

// TestMakeFileSystem refuses to format what has something on it.
func TestMakeFileSystem(t *testing.T) {
	b := &bench{T: t, dir: t.TempDir()}
	b.needs("blkid")
	b.needs("mkfs.ext4")
	image := b.path("image")
	b.must(os.WriteFile(image, nil, 0o600))
	b.must(os.Truncate(image, 16<<20))
	s := New(Config{})
	pool := func(device, format string) *domxml.StoragePool {
		return b.parse("<pool type='fs'><name>f</name><source><device path='" + device + "'/><format type='" + format + "'/></source><target><path>" + b.path("t") + "</path></target></pool>")
	}
	build := func(p *domxml.StoragePool, flags vir.StoragePoolBuildFlags) error {
		return s.BuildStoragePool(t.Context(), p, flags)
	}
	b.must(build(pool("/nowhere", "ext4"), 0))
	b.fails(build(pool("/nowhere", "ext4"), vir.StoragePoolBuildOverwrite), vir.ErrOperationInvalid, "Source device does not exist when formatting pool 'f'")
	b.must(build(pool(image, "ext4"), vir.StoragePoolBuildNoOverwrite))
	b.fails(build(pool(image, "ext4"), vir.StoragePoolBuildNoOverwrite), vir.ErrStoragePoolBuilt, "Device '@/image' already formatted using 'ext4'")
	b.fails(build(pool(image, "xfs"), vir.StoragePoolBuildNoOverwrite), vir.ErrStoragePoolBuilt,
		"Format of device '@/image' does not match the expected format 'xfs', forced overwrite is necessary")
	b.must(build(pool(image, "ext4"), vir.StoragePoolBuildOverwrite))
	b.fails(build(pool(image, "auto"), vir.StoragePoolBuildOverwrite), vir.ErrInternalError, "mkfs -t auto @/image")
}

// TestLoop runs in a mount namespace of its own, where it mounts an image.
func TestLoop(t *testing.T) {
	b := &bench{T: t, dir: t.TempDir()}
	if os.Getenv("GOVIRTD_STORAGE_LOOP") == "" {
		b.needs("mkfs.ext4")
		if os.Getuid() != 0 {
			t.Skip("mounting needs root")
		}
		cmd := exec.Command("unshare", "--mount", "--propagation", "private", os.Args[0], "-test.run=^TestLoop$", "-test.v")
		cmd.Env = append(os.Environ(), "GOVIRTD_STORAGE_LOOP="+b.dir)
		out, err := cmd.CombinedOutput()
		if strings.Contains(string(out), "no loop device") {
			t.Skip("this machine has no loop devices for us")
		}
		if err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	b.dir = os.Getenv("GOVIRTD_STORAGE_LOOP")
	image := b.path("image")
	b.must(os.WriteFile(image, nil, 0o600))
	b.must(os.Truncate(image, 16<<20))
	if out, err := exec.Command("losetup", "-f").CombinedOutput(); err != nil {
		t.Skipf("no loop device: %s", out)
	}
	s := New(Config{})
	b.pool = b.parse("<pool type='fs'><name>f</name><source><device path='" + image + "'/><format type='ext4'/></source><target><path>" + b.path("t t") + "</path></target></pool>")
	b.s = s
	b.must(s.BuildStoragePool(t.Context(), b.pool, vir.StoragePoolBuildOverwrite))
	if err := s.StartStoragePool(t.Context(), b.pool); err != nil {
		if strings.Contains(err.Error(), "failed to setup loop device") {
			t.Skipf("no loop device: %v", err)
		}
		t.Fatal(err)
	}
	b.create(b.volume("v", "raw", 1<<20, 0))
	c, err := s.ScanStoragePool(t.Context(), b.pool, nil)
	b.must(err)
	if c.Capacity > 16<<20 || len(c.Volumes) != 2 { // and lost+found
		t.Errorf("%+v", c)
	}
	b.must(s.StopStoragePool(t.Context(), b.pool))
	if left, err := os.ReadDir(filepath.Join(b.dir, "t t")); err != nil || len(left) != 0 {
		t.Errorf("%v %v", left, err)
	}
	b.must(s.StartStoragePool(t.Context(), b.pool))
	if found := b.scan(); found["v"] == nil {
		t.Error("the volume is gone")
	}
	b.must(s.StopStoragePool(t.Context(), b.pool))
}
