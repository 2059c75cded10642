//go:build linux

package storage

import (
	"os"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/protocol/vir"
)

// TestCreateImage makes images of the formats that qemu-img has, and compares
// them with what the reference's commands make.
func TestCreateImage(t *testing.T) {
	b := newBench(t)
	b.needs("qemu-img")
	for name, c := range map[string]struct {
		format, rest string
		flags        vir.StorageVolCreateFlags
		full         bool
		want         string // of a scan, from the format on
	}{
		"q":     {format: "qcow2", want: "<format type='qcow2'/><compat>1.1</compat><clusterSize unit='B'>65536</clusterSize><features/>"},
		"old":   {format: "qcow2", rest: "<compat>0.10</compat>", want: "<format type='qcow2'/><clusterSize unit='B'>65536</clusterSize>"},
		"lazy":  {format: "qcow2", rest: "<features><lazy_refcounts/></features>", want: "<format type='qcow2'/><compat>1.1</compat><clusterSize unit='B'>65536</clusterSize><features><lazy_refcounts/></features>"},
		"l2":    {format: "qcow2", rest: "<features><extended_l2/></features>", want: "<format type='qcow2'/><compat>1.1</compat><clusterSize unit='B'>65536</clusterSize><features><extended_l2/></features>"},
		"small": {format: "qcow2", rest: "<clusterSize unit='KiB'>4</clusterSize>", want: "<format type='qcow2'/><compat>1.1</compat><clusterSize unit='B'>4096</clusterSize><features/>"},
		"meta":  {format: "qcow2", flags: vir.StorageVolCreatePreallocMetadata, want: "<format type='qcow2'/><compat>1.1</compat><clusterSize unit='B'>65536</clusterSize><features/>"},
		"falloc": {format: "qcow2", flags: vir.StorageVolCreatePreallocMetadata, full: true,
			want: "<format type='qcow2'/><compat>1.1</compat><clusterSize unit='B'>65536</clusterSize><features/>"},
		"qcow": {format: "qcow", want: "<format type='qcow'/>"},
		"qed":  {format: "qed", want: "<format type='qed'/>"},
		"vmdk": {format: "vmdk", want: "<format type='vmdk'/>"},
		"vdi":  {format: "vdi", want: "<format type='vdi'/>"},
		"vpc":  {format: "vpc", want: "<format type='vpc'/>"},
	} {
		t.Run(name, func(t *testing.T) {
			allocation := 0
			if c.full {
				allocation = 1 << 20
			}
			v := b.volume(name+" :,x", c.format, 1<<20, allocation, c.rest)
			if err := b.s.CreateStorageVolume(t.Context(), b.pool, v, nil, c.flags); err != nil {
				t.Fatal(err)
			}
			got := b.shape(b.scan()[v.Name])
			_, got, _ = strings.Cut(got, "</path>")
			if got != c.want+"</target></volume>" {
				t.Errorf("got %s\nwant %s", got, c.want)
			}
			if st, err := os.Stat(v.Target.Path); err != nil || st.Mode() != volumeMode {
				t.Errorf("%v %v", st.Mode(), err)
			}
			if stored := blocks(t, v.Target.Path); c.full != (stored >= 1<<20) {
				t.Errorf("%d bytes are stored", stored)
			}
		})
	}
	if text := string(b.read(b.path("vmdk :,x"))); !strings.Contains(text, `SPARSE "vmdk :,x"`) {
		t.Error("the vmdk does not know its own name")
	}
}

// TestCreateImageErrors has the words of the tool, with paths for descriptors.
func TestCreateImageErrors(t *testing.T) {
	b := newBench(t)
	b.needs("qemu-img")
	for name, c := range map[string]struct{ format, rest, want string }{
		"compat":  {"qcow2", "<compat>2.0</compat>", "qemu-img create -f qcow2 -o compat=2.0 @/compat 1024K) unexpected exit status 1: qemu-img: @/compat: "},
		"cluster": {"qcow2", "<clusterSize unit='KiB'>3</clusterSize>", "qemu-img create -f qcow2 -o compat=1.1,cluster_size=3072 @/cluster 1024K) unexpected exit status 1: qemu-img: @/cluster: Cluster size must be a power of two"},
		"fat":     {"fat", "", "Unknown file format 'fat'"},
		"dmg":     {"dmg", "", "does not support image creation"},
	} {
		err := b.s.CreateStorageVolume(t.Context(), b.pool, b.volume(name, c.format, 1<<20, 0, c.rest), nil, 0)
		b.fails(err, vir.ErrInternalError, c.want)
		if e, ok := err.(*vir.Error); ok && e.Domain != vir.FromNone {
			t.Errorf("domain %d", e.Domain)
		}
	}
	v := b.create(b.volume("vdi", "vdi", 1<<20, 0))
	b.fails(b.s.ResizeStorageVolume(t.Context(), b.pool, v, 2<<20, 0), vir.ErrInternalError, "does not support resize")
	if left, _ := os.ReadDir(b.dir); len(left) != 1 {
		t.Errorf("left %v", left)
	}
}
