package diskimage

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// image is a file in the making.
type image []byte

func (m image) text(offset int, s string) image { copy(m[offset:], s); return m }

func (m image) be32(offset int, v uint32) image {
	binary.BigEndian.PutUint32(m[offset:], v)
	return m
}

func (m image) be64(offset int, v uint64) image {
	binary.BigEndian.PutUint64(m[offset:], v)
	return m
}

func (m image) le32(offset int, v uint32) image {
	binary.LittleEndian.PutUint32(m[offset:], v)
	return m
}

func (m image) le64(offset int, v uint64) image {
	binary.LittleEndian.PutUint64(m[offset:], v)
	return m
}

const fileSize = 64 << 10

func blank() image { return make(image, fileSize) }

// qcow2 is an image of version 3 with a disk of 1 GiB.
func qcow2() image {
	return blank().text(0, "QFI\xfb").be32(4, 3).be32(20, 16).be64(24, 1<<30).be32(100, 104)
}

// over lets an image stand on another one.
func (m image) over(offset int, name string) image {
	return m.be64(8, uint64(offset)).be32(16, uint32(len(name))).text(offset, name)
}

func extension(kind uint32, text string) string {
	m := make(image, 8+(len(text)+7)/8*8)
	return string(m.be32(0, kind).be32(4, uint32(len(text))).text(8, text))
}

func cow() image                        { return blank().text(0, "OOOM").be32(4, 2).be64(1036, 7<<20) }
func qed() image                        { return blank().text(0, "QED\x00").le64(48, 1<<30) }
func vmdk() image                       { return blank().text(0, "KDMV").le32(4, 1).le64(12, 100) }
func qcow() image                       { return blank().text(0, "QFI\xfb").be32(4, 1).be64(24, 1<<30) }
func v3() Info                          { return Info{Format: "qcow2", Capacity: 1 << 30, ClusterSize: 65536, Compat: "1.1"} }
func raw() Info                         { return Info{Format: "raw", Capacity: fileSize} }
func of(f string, capacity uint64) Info { return Info{Format: f, Capacity: capacity} }

func (i Info) with(change func(*Info)) Info { change(&i); return i }

func based(file, format string) func(*Info) {
	return func(i *Info) { i.BackingFile, i.BackingFormat = file, format }
}

// TestProbe has what libvirt 11.3.0 says of such files in a pool, apart from
// Malformed and the comments.
func TestProbe(t *testing.T) {
	for name, c := range map[string]struct {
		file image
		want Info
	}{
		"nothing":      {image{}, of("raw", 0)},
		"zeros":        {blank(), raw()},
		"iso":          {blank().text(32769, "CD001"), of("iso", fileSize)},
		"iso in front": {qcow2().text(32769, "CD001"), of("iso", fileSize)},
		"iso cut":      {blank().text(32769, "CD001")[:32773], of("raw", 32773)},
		"cow":          {cow(), of("cow", 7<<20)},
		"cow over":     {cow().text(8, "x.raw"), of("cow", 7<<20).with(based("x.raw", ""))},
		"cow long": {cow().text(8, strings.Repeat("y", 1024)), of("cow", 7<<20).with(func(i *Info) {
			i.Malformed = "the name of the backing file does not end"
		})},
		"ploop":         {blank().text(0, "WithouFreSpacExt").le32(16, 2).le64(36, 4096), of("ploop", fileSize)},
		"ploop version": {blank().text(0, "WithouFreSpacExt").le32(16, 3), raw()},
		"vpc":           {blank().text(0, "conectix").be32(12, 0x10000).be64(40, 3<<20).be64(48, 5<<20), of("vpc", 3<<20)},
		"vpc version":   {blank().text(0, "conectix").be32(12, 0x20000), raw()},
		"vdi":           {blank().text(64, "\x7f\x10\xda\xbe").le32(68, 0x10001).le64(368, 3<<20), of("vdi", 3<<20)},
		"vdi version":   {blank().text(64, "\x7f\x10\xda\xbe").le32(68, 0x10002).le64(368, 3<<20), raw()},
		"vmdk":          {vmdk(), of("vmdk", 51200)},
		"vmdk 4":        {vmdk().le32(4, 4), raw()},
		"vmdk over":     {vmdk().text(512, "parentCID=1\nparentFileNameHint=\"x.raw\"\n"), of("vmdk", 51200).with(based("x.raw", ""))},
		"vmdk space":    {vmdk().text(512, "parentFileNameHint = \"x.raw\"\n"), of("vmdk", 51200)},
		"vmdk open": {vmdk().text(512, "parentFileNameHint=\"x.raw"), of("vmdk", 51200).with(func(i *Info) {
			i.Malformed = "the name of the parent does not end"
		})},
		"vmdk large": {vmdk().le64(12, 1<<60), of("vmdk", fileSize).with(func(i *Info) { i.Malformed = "the disk is too large" })},
		"luks":       {blank().text(0, "LUKS\xba\xbe\x00\x01").be32(104, 100), of("raw", fileSize-100*512).with(func(i *Info) { i.Encryption = "luks" })},
		"luks 2":     {blank().text(0, "LUKS\xba\xbe\x00\x02").be32(104, 100), raw()},
		"luks beyond": {blank().text(0, "LUKS\xba\xbe\x00\x01").be32(104, 1<<32-1), raw().with(func(i *Info) {
			i.Encryption, i.Malformed = "luks", "the payload is beyond the end"
		})},
		"qed":          {qed(), of("qed", 1<<30)},
		"qed no bit":   {qed().le32(56, 512).le32(60, 5).text(512, "x.raw"), of("qed", 1<<30)},
		"qed over":     {qed().le64(16, 1).le32(56, 512).le32(60, 5).text(512, "x.raw"), of("qed", 1<<30).with(based("x.raw", ""))},
		"qed over raw": {qed().le64(16, 5).le32(56, 512).le32(60, 5).text(512, "x.raw"), of("qed", 1<<30).with(based("x.raw", "raw"))},
		"qcow":         {qcow(), of("qcow", 1<<30)},
		"qcow over":    {qcow().over(512, "q.img"), of("qcow", 1<<30).with(based("q.img", ""))},
		"qcow aes":     {qcow().be32(36, 1), of("qcow", 1<<30).with(func(i *Info) { i.Encryption = "qcow" })},
		"qcow cut":     {qcow()[:30], of("qcow", 30).with(func(i *Info) { i.Malformed = "the header ends early" })},
		"qcow2":        {qcow2(), v3()},
		"qcow2 0.10":   {qcow2().be32(4, 2), v3().with(func(i *Info) { i.Compat = "0.10" })},
		"qcow2 4":      {qcow2().be32(4, 4), raw()},
		"qcow2 lazy":   {qcow2().be64(80, 1), v3().with(func(i *Info) { i.LazyRefcounts = true })},
		"qcow2 l2":     {qcow2().be64(72, 16), v3().with(func(i *Info) { i.ExtendedL2 = true })},
		"qcow2 aes":    {qcow2().be32(32, 1), v3().with(func(i *Info) { i.Encryption = "qcow" })},
		"qcow2 luks":   {qcow2().be32(32, 2), v3().with(func(i *Info) { i.Encryption = "luks" })},
		"qcow2 crypt 3": {qcow2().be32(32, 3), v3().with(func(i *Info) {
			i.Malformed = "the encryption is not one that there is"
		})},
		"qcow2 over":        {qcow2().over(512, "x.raw"), v3().with(based("x.raw", ""))},
		"qcow2 over format": {qcow2().text(104, extension(qcow2ExtensionFormat, "raw")).over(512, "x.raw"), v3().with(based("x.raw", "raw"))},
		"qcow2 0.10 over format": {qcow2().be32(4, 2).text(72, extension(qcow2ExtensionFormat, "raw")).over(512, "x.raw"),
			v3().with(based("x.raw", "raw")).with(func(i *Info) { i.Compat = "0.10" })},
		"qcow2 format only":      {qcow2().text(104, extension(qcow2ExtensionFormat, "raw")), v3()},
		"qcow2 extensions":       {qcow2().text(104, extension(0x6803f857, strings.Repeat("a", 47))+extension(qcow2ExtensionFormat, "raw")).over(512, "x"), v3().with(based("x", "raw"))},
		"qcow2 behind extension": {qcow2().be32(100, 112).text(112, extension(qcow2ExtensionFormat, "raw")).over(512, "x"), v3().with(based("x", "raw"))},
		"qcow2 far":              {qcow2().over(40000, "x.raw"), v3().with(based("x.raw", ""))}, // which libvirt overlooks and QEMU opens
		"qcow2 zero in name":     {qcow2().over(512, "x\x00raw"), v3().with(based("x", ""))},
		"qcow2 no name":          {qcow2().over(512, ""), v3()},
		"qcow2 longest":          {qcow2().over(512, strings.Repeat("z", 1023)), v3().with(based(strings.Repeat("z", 1023), ""))},
		"qcow2 too long": {qcow2().over(512, strings.Repeat("z", 1024)), v3().with(func(i *Info) {
			i.Malformed = "the name of the backing file is not in the header"
		})},
		"qcow2 beyond": {qcow2().be64(8, 1<<64-3).be32(16, 5), v3().with(func(i *Info) {
			i.Malformed = "the name of the backing file is not in the header"
		})},
		"qcow2 data": {qcow2().be64(72, 4).text(104, extension(qcow2ExtensionData, "x.raw")), v3().with(func(i *Info) {
			i.External, i.DataFile = true, "x.raw"
		})},
		"qcow2 data no bit": {qcow2().text(104, extension(qcow2ExtensionData, "x.raw")), v3()},
		"qcow2 empty":       {qcow2().be64(24, 0), v3().with(func(i *Info) { i.Capacity = fileSize })},
		"qcow2 cluster 0": {qcow2().be32(20, 0), v3().with(func(i *Info) {
			i.ClusterSize, i.Malformed = 0, "the size of clusters is not one that there is"
		})},
		"qcow2 cluster 63": {qcow2().be32(20, 63), v3().with(func(i *Info) {
			i.ClusterSize, i.Malformed = 1<<63, "the size of clusters is not one that there is"
		})},
		"qcow2 cut": {qcow2()[:8], of("qcow2", 8).with(func(i *Info) {
			i.Compat, i.Malformed = "1.1", "the length of the header is too small"
		})},
	} {
		got, err := Probe(bytes.NewReader(c.file), int64(len(c.file)))
		if err != nil || got != c.want {
			t.Errorf("%s: %+v, %v\n\twant %+v", name, got, err, c.want)
		}
	}
}

type failing struct{}

func (failing) ReadAt([]byte, int64) (int, error) { return 0, os.ErrPermission }

func TestProbeError(t *testing.T) {
	if _, err := Probe(failing{}, 512); !errors.Is(err, os.ErrPermission) {
		t.Errorf("got %v", err)
	}
}

// TestProbeQEMU looks at what qemu-img makes.
func TestProbeQEMU(t *testing.T) {
	tool, err := exec.LookPath("qemu-img")
	if err != nil {
		if os.Getenv("GOVIRTD_CI") == "1" {
			t.Fatal(err)
		}
		t.Skip("no qemu-img")
	}
	for name, c := range map[string]struct {
		args string
		want Info
	}{
		"raw":   {"-f raw F 10M", of("raw", 10<<20)},
		"qcow2": {"-f qcow2 F 10M", v3().with(func(i *Info) { i.Capacity = 10 << 20 })},
		"lazy": {"-f qcow2 -o cluster_size=4k,lazy_refcounts=on F 10M", v3().with(func(i *Info) {
			i.Capacity, i.ClusterSize, i.LazyRefcounts = 10<<20, 4096, true
		})},
		"over": {"-f qcow2 -u -b /a/b -F vmdk F 10M", v3().with(func(i *Info) { i.Capacity = 10 << 20 }).with(based("/a/b", "vmdk"))},
		"luks": {"-f qcow2 --object secret,id=s,data=abc -o encrypt.format=luks,encrypt.key-secret=s,encrypt.iter-time=10 F 10M",
			v3().with(func(i *Info) { i.Capacity, i.Encryption = 10<<20, "luks" })},
		"vdi":  {"-f vdi F 10M", of("vdi", 10<<20)},
		"vmdk": {"-f vmdk F 10M", of("vmdk", 10<<20)},
		"qed":  {"-f qed F 10M", of("qed", 10<<20)},
		"qcow": {"-f qcow F 10M", of("qcow", 10<<20)},
		"bare luks": {"-f luks --object secret,id=s,data=abc -o key-secret=s,iter-time=10 F 10M",
			of("raw", 10<<20).with(func(i *Info) { i.Encryption = "luks" })},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "F")
			args := strings.Fields(strings.Replace("create -q "+c.args, " F ", " "+path+" ", 1))
			if out, err := exec.Command(tool, args...).CombinedOutput(); err != nil {
				t.Skipf("qemu-img cannot make it: %s", out)
			}
			f, err := os.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			st, _ := f.Stat()
			if got, err := Probe(f, st.Size()); err != nil || got != c.want {
				t.Errorf("%+v, %v\n\twant %+v", got, err, c.want)
			}
		})
	}
}

// FuzzProbe: nothing that a guest writes does harm, and names stay short.
func FuzzProbe(f *testing.F) {
	for _, m := range []image{
		blank(), cow().text(8, "x"), vmdk().text(512, "parentFileNameHint=\"x.raw\"\n"), qed().le64(16, 5).le32(56, 512).le32(60, 5),
		qcow().over(512, "x"), qcow2().be64(72, 4).text(104, extension(qcow2ExtensionData, "x")+extension(qcow2ExtensionFormat, "raw")).over(512, "x"),
		blank().text(0, "LUKS\xba\xbe\x00\x01").be32(104, 1), blank().text(64, "\x7f\x10\xda\xbe").le32(68, 0x10001),
	} {
		f.Add([]byte(m[:2048]), int64(len(m)))
	}
	f.Fuzz(func(t *testing.T, b []byte, size int64) {
		info, err := Probe(bytes.NewReader(b), size)
		if err != nil {
			t.Fatal(err)
		}
		if len(info.BackingFile) > maxName || len(info.BackingFormat) > maxName || len(info.DataFile) > maxName {
			t.Errorf("a name is too long: %+v", info)
		}
		if strings.Contains(info.BackingFile+info.BackingFormat+info.DataFile, "\x00") {
			t.Errorf("a name has a zero byte: %+v", info)
		}
		if info.BackingFormat != "" && info.BackingFile == "" {
			t.Errorf("a format of nothing: %+v", info)
		}
	})
}
