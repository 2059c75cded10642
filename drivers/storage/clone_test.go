//go:build linux

package storage

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/govirtd/govirtd/protocol/vir"
)

// TestCloneRaw copies data and keeps holes, unless the copy is to have all its
// space.
func TestCloneRaw(t *testing.T) {
	b := newBench(t)
	from := b.create(b.volume("from", "raw", 3<<20, 0))
	f, err := os.OpenFile(from.Target.Path, os.O_RDWR, 0)
	b.must(err)
	if _, err := f.WriteAt(bytes.Repeat([]byte("A"), 64<<10), 1<<20); err != nil {
		t.Fatal(err)
	}
	f.Close()
	want := b.read(from.Target.Path)

	v := b.volume("sparse", "raw", 1<<20, 0)
	b.must(b.clone(v, from, 0))
	if v.Capacity.Value != 3<<20 || !bytes.Equal(b.read(v.Target.Path), want) {
		t.Errorf("capacity %d", v.Capacity.Value)
	}
	if n := blocks(t, v.Target.Path); n != 64<<10 {
		t.Errorf("%d are stored", n)
	}
	v = b.volume("full", "raw", 3<<20, 3<<20)
	b.must(b.clone(v, from, 0))
	if !bytes.Equal(b.read(v.Target.Path), want) || v.Allocation.Value < 3<<20 {
		t.Errorf("allocation %d", v.Allocation.Value)
	}
	v = b.volume("longer", "raw", 10<<20, 0)
	b.must(b.clone(v, from, 0))
	if got := b.read(v.Target.Path); len(got) != 10<<20 || !bytes.Equal(got[:3<<20], want) {
		t.Errorf("%d bytes", len(got))
	}
	// Nearly no file system here can share blocks; then nothing is left behind.
	v = b.volume("shared", "raw", 3<<20, 0)
	if err := b.clone(v, from, vir.StorageVolCreateReflink); err != nil {
		b.fails(err, vir.ErrSystemError, "failed to clone files from '@/from': ")
		if _, err := os.Stat(v.Target.Path); err == nil {
			t.Error("a copy that failed is there")
		}
	}
	b.fails(b.clone(b.volume("m", "raw", 1, 0), from, vir.StorageVolCreatePreallocMetadata), vir.ErrConfigUnsupported, "not supported for raw volumes")
	b.fails(b.clone(b.volume("q", "qcow2", 1, 0), from, vir.StorageVolCreateReflink), vir.ErrInvalidArg,
		"unsupported flags (0x2) in function storageBackendCreateQemuImg")
	b.fails(b.clone(b.volume("x", "raw", 1, 0), b.volume("gone", "raw", 1, 0), 0), vir.ErrSystemError, "could not open input path '@/gone': No such file")
	d := b.create(b.volume("d", "dir", 1, 0))
	b.fails(b.clone(b.volume("x", "raw", 1, 0), d, 0), vir.ErrSystemError, "could not open input path '@/d': Is a directory")
}

// TestCopyPieces is for file systems between which the kernel does not copy.
func TestCopyPieces(t *testing.T) {
	b := newBench(t)
	text := bytes.Repeat([]byte("0123456789abcdef"), 200<<10)
	from, err := os.Open(b.write("from", string(text)))
	b.must(err)
	defer from.Close()
	to, err := os.Create(b.path("to"))
	b.must(err)
	defer to.Close()
	for at := int64(0); at < int64(len(text)); {
		n, err := copyPieces(to, from, at, int64(len(text))-at)
		b.must(err)
		if n == 0 {
			t.Fatal("no progress")
		}
		at += n
	}
	if !bytes.Equal(b.read(b.path("to")), text) {
		t.Error("the copy differs")
	}
	if n, err := copyPieces(to, from, int64(len(text)), 10); n != 0 || err != nil {
		t.Errorf("behind the end: %d, %v", n, err)
	}
}

// TestConvert has qemu-img copy between formats.
func TestConvert(t *testing.T) {
	b := newBench(t)
	b.needs("qemu-img")
	q := b.create(b.volume("q", "qcow2", 1<<20, 0))
	b.qemuIO(q.Target.Path, "qcow2", "write -P 0x5a 0 64k")
	want := append(bytes.Repeat([]byte{0x5a}, 64<<10), make([]byte, 1<<20-64<<10)...)
	for _, format := range []string{"raw", "iso", "qcow2", "vmdk", "vdi", "qed"} {
		t.Run(format, func(t *testing.T) {
			v := b.volume("to-"+format, format, 4096, 0)
			if err := b.clone(v, q, 0); err != nil {
				t.Fatal(err)
			}
			if v.Capacity.Value != 1<<20 || v.Target.Format.Type != format {
				t.Errorf("%s", b.shape(v))
			}
			back := b.volume("back-"+format, "raw", 0, 0)
			if err := b.clone(back, v, 0); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(b.read(back.Target.Path), want) {
				t.Error("the content differs")
			}
		})
	}
	b.fails(b.clone(b.volume("d", "dir", 1, 0), q, 0), vir.ErrInternalError, "Unknown file format 'dir'")
	if _, err := os.Stat(b.path("d")); err == nil {
		t.Error("what has failed is there")
	}
	v := b.volume("o", "qcow2", 1<<20, 1<<20, "<compat>0.10</compat><clusterSize unit='KiB'>4</clusterSize>")
	b.must(b.clone(v, q, vir.StorageVolCreatePreallocMetadata))
	if got := b.scan()["o"]; got.Target.Compat != "" || got.Target.ClusterSize.Value != 4096 || got.Allocation.Value < 1<<20 {
		t.Errorf("%s", b.shape(got))
	}
}

// TestChain copies and resizes images that stand on others: inside of pools and
// no further, whatever a header says.
func TestChain(t *testing.T) {
	b := newBench(t)
	b.needs("qemu-img")
	secret := filepath.Join(filepath.Dir(b.dir), "secret")
	b.must(os.WriteFile(secret, bytes.Repeat([]byte("S"), 1<<20), 0o600))
	base := b.create(b.volume("base", "raw", 1<<20, 0))
	b.qemuIO(base.Target.Path, "raw", "write -P 1 0 4k")
	middle := b.create(over(b.volume("middle", "qcow2", 1<<20, 0), base.Target.Path, "raw"))
	b.qemuIO(middle.Target.Path, "qcow2", "write -P 2 4k 4k")
	top := b.create(over(b.volume("top", "qcow2", 2<<20, 0), "middle", "qcow2"))
	b.hasShape(b.scan()["top"], "<volume type='file'><capacity>2097152</capacity><allocation>200704</allocation><physical>196616</physical>"+
		"<target><path>@/top</path><format type='qcow2'/><compat>1.1</compat><clusterSize unit='B'>65536</clusterSize><features/></target>"+
		"<backingStore><path>@/middle</path><format type='qcow2'/></backingStore></volume>")
	flat := b.volume("flat", "raw", 0, 0)
	b.must(b.clone(flat, top, 0))
	got := b.read(flat.Target.Path)
	if len(got) != 2<<20 || got[0] != 1 || got[4096] != 2 || got[8192] != 0 {
		t.Errorf("%d bytes %v", len(got), got[:1])
	}
	b.must(b.s.ResizeStorageVolume(t.Context(), b.pool, top, 4<<20, 0))
	if v := b.scan()["top"]; v.Capacity.Value != 4<<20 {
		t.Errorf("%d", v.Capacity.Value)
	}

	// The user may name what lies outside; a header may not.
	outside := b.create(over(b.volume("outside", "qcow2", 1<<20, 0), secret, "raw"))
	refused := "the image '" + secret + "' below volume 'outside' is in no active pool"
	b.fails(b.clone(b.volume("stolen", "raw", 0, 0), outside, 0), vir.ErrConfigUnsupported, refused)
	b.fails(b.s.ResizeStorageVolume(t.Context(), b.pool, outside, 2<<20, 0), vir.ErrConfigUnsupported, refused)
	b.must(os.Symlink(secret, b.path("link")))
	linked := b.create(over(b.volume("linked", "qcow2", 1<<20, 0), b.path("link"), "raw"))
	b.fails(b.clone(b.volume("stolen", "raw", 0, 0), linked, 0), vir.ErrConfigUnsupported, "is in no active pool")
	up := b.create(over(b.volume("up", "qcow2", 1<<20, 0), "../secret", "raw"))
	b.fails(b.clone(b.volume("stolen", "raw", 0, 0), up, 0), vir.ErrConfigUnsupported, "is in no active pool")
	// A raw volume in which a guest has written a header stays raw.
	image := b.read(outside.Target.Path)
	trap := b.create(b.volume("trap", "raw", len(image), 0))
	b.must(os.WriteFile(trap.Target.Path, image, 0o600))
	v := b.volume("copy", "qcow2", 0, 0)
	b.must(b.clone(v, trap, 0))
	if v.Capacity.Value != uint64((len(image)+511)/512*512) {
		t.Errorf("the copy of a raw volume has %d bytes, its source %d", v.Capacity.Value, len(image))
	}
	// An image below of another pool is there only while that pool is.
	other := newBench(t)
	far := other.create(other.volume("far", "raw", 1<<20, 0))
	b.s.remember(other.pool)
	near := b.create(over(b.volume("near", "qcow2", 1<<20, 0), far.Target.Path, "raw"))
	b.must(b.clone(b.volume("n1", "raw", 0, 0), near, 0))
	b.must(b.s.StopStoragePool(t.Context(), other.pool))
	b.fails(b.clone(b.volume("n2", "raw", 0, 0), near, 0), vir.ErrConfigUnsupported, "is in no active pool")
}

// TestBackingFormat: what a header leaves open is looked up in pools only.
func TestBackingFormat(t *testing.T) {
	b := newBench(t)
	b.needs("qemu-img")
	q := b.create(b.volume("q", "qcow2", 1<<20, 0))
	header := func(backing string) string {
		m := make([]byte, 1024)
		copy(m, "QFI\xfb\x00\x00\x00\x02")
		m[14], m[19], m[23] = 2, byte(len(backing)), 16
		m[29] = 16
		copy(m[512:], backing)
		return string(m)
	}
	outside := filepath.Join(filepath.Dir(b.dir), "outside")
	b.must(os.WriteFile(outside, b.read(q.Target.Path), 0o600))
	b.write("in", header("q"))
	b.write("out", header("../outside"))
	b.write("url", header("nbd://h/x"))
	b.write("json", header(`json:{"driver":"file","filename":"/etc/passwd"}`))
	b.write("gone", header("gone.img"))
	found := b.scan()
	for name, want := range map[string][2]string{
		"in": {b.path("q"), "qcow2"}, "out": {b.dir + "/../outside", "raw"}, "url": {"nbd://h/x", "raw"},
		"json": {`json:{"driver":"file","filename":"/etc/passwd"}`, "raw"}, "gone": {b.path("gone.img"), "raw"},
	} {
		s := found[name].BackingStore
		if s == nil || s.Path != want[0] || s.Format.Type != want[1] {
			t.Errorf("%s: %+v", name, s)
		}
	}
	if found["in"].BackingStore.Permissions == nil || found["gone"].BackingStore.Permissions != nil {
		t.Error("permissions of the images below")
	}
}

func TestLUKS(t *testing.T) {
	b := newBench(t)
	b.needs("qemu-img")
	enc := "<encryption format='luks'><secret type='passphrase' uuid='11111111-2222-3333-4444-555555555555'/>" +
		"<cipher name='aes' size='256' mode='cbc' hash='sha256'/><ivgen name='plain64' hash='sha256'/></encryption>"
	plain := b.create(b.volume("plain", "raw", 1<<20, 0))
	b.must(os.WriteFile(plain.Target.Path, bytes.Repeat([]byte("P"), 1<<20), 0o600))
	for _, format := range []string{"raw", "qcow2"} {
		v := b.create(b.volume("new-"+format, format, 1<<20, 0, enc))
		if v.Capacity.Value != 1<<20 || len(v.Target.Encryption.Secrets) != 1 {
			t.Errorf("%s", b.shape(v))
		}
		b.must(b.s.ResizeStorageVolume(t.Context(), b.pool, v, 2<<20, 0))
		if now, err := b.s.LookAtStorageVolume(t.Context(), b.pool, v, false); err != nil || now.Capacity.Value != 2<<20 {
			t.Errorf("%v %v", now, err)
		}
		c := b.volume("copy-"+format, format, 1<<20, 0, enc)
		b.must(b.clone(c, plain, 0))
		if bytes.Contains(b.read(c.Target.Path), []byte("PPPP")) {
			t.Error("the copy is not encrypted")
		}
		back := b.volume("back-"+format, "raw", 0, 0)
		b.must(b.clone(back, c, 0))
		if !bytes.Equal(b.read(back.Target.Path), b.read(plain.Target.Path)) {
			t.Error("the copy of the copy differs")
		}
		// A scan knows that there is encryption and nothing of the secret.
		found := b.scan()["new-"+format]
		if e := found.Target.Encryption; e == nil || e.Format != "luks" || len(e.Secrets) != 0 {
			t.Errorf("%s", b.shape(found))
		}
		b.fails(b.s.ResizeStorageVolume(t.Context(), b.pool, found, 4<<20, 0), vir.ErrXMLError, "no secret provided for luks encryption")
		b.fails(b.clone(b.volume("x", "raw", 0, 0), found, 0), vir.ErrInvalidArg, "A single <secret type='passphrase'...> element is expected")
	}
}

// TestBusyMachine: qemu-img cannot measure the machine at first.
func TestBusyMachine(t *testing.T) {
	b := newBench(t)
	b.needs("qemu-img")
	real, err := exec.LookPath("qemu-img")
	b.must(err)
	fake, log := filepath.Join(t.TempDir(), "qemu-img"), filepath.Join(t.TempDir(), "log")
	script := func(fails int) {
		b.must(os.WriteFile(log, nil, 0o600))
		b.must(os.WriteFile(fake, fmt.Appendf(nil, "#!/bin/sh\necho x >>%[1]s\nif [ $(wc -l <%[1]s) -le %[2]d ]; then\n"+
			"echo \"qemu-img: Unable to get accurate CPU usage\" >&2; exit 1; fi\nexec %[3]s \"$@\"\n", log, fails, real), 0o700))
	}
	b.s.cfg.Tool = func(string) (string, error) { return fake, nil }
	script(timings - 1)
	b.create(b.volume("at-last", "qcow2", 1<<20, 0))
	script(timings)
	b.fails(b.s.CreateStorageVolume(t.Context(), b.pool, b.volume("never", "qcow2", 1<<20, 0), nil, 0), vir.ErrInternalError, untimed)
	if tries, _ := os.ReadFile(log); bytes.Count(tries, []byte("x")) != timings {
		t.Errorf("tried %d times", bytes.Count(tries, []byte("x")))
	}
}
