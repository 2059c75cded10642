package engine_test

import (
	"context"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// TestDifference29StorageFlags uses what the reference's storage driver has and
// its test driver lacks.
func TestDifference29StorageFlags(t *testing.T) {
	strict := connect(t, newEngine(true), "test:///default")
	p := findPool(t, strict, "default-pool")
	fails(t, strict, remoteproto.StoragePoolGetXMLDesc, &remoteproto.StoragePoolGetXMLDescArgs{Pool: p, Flags: 1}, vir.ErrInvalidArg,
		"unsupported flags (0x1) in function testStoragePoolGetXMLDesc")
	failsWith(t, strict, remoteproto.StoragePoolLookupByTargetPath, &remoteproto.StoragePoolLookupByTargetPathArgs{Path: "/default-pool"}, vir.ErrNoSupport)
	failsWith(t, strict, remoteproto.ConnectGetStoragePoolCapabilities, &remoteproto.ConnectGetStoragePoolCapabilitiesArgs{}, vir.ErrNoSupport)

	s := connect(t, newEngine(false), "test:///default")
	must(t, s, remoteproto.ConnectStoragePoolEventRegisterAny, &remoteproto.ConnectStoragePoolEventRegisterAnyArgs{})
	p = definePool(t, s, "b")
	must(t, s, remoteproto.StoragePoolCreate, &remoteproto.StoragePoolCreateArgs{Pool: p, Flags: uint32(vir.StoragePoolCreateWithBuild)})
	if n := len(s.take()); n != 3 {
		t.Errorf("%d events, want defined, created, started", n)
	}
	r := must(t, s, remoteproto.StoragePoolLookupByTargetPath, &remoteproto.StoragePoolLookupByTargetPathArgs{Path: "///b/"})
	if r.Pool.Name != "b" {
		t.Errorf("the pool at /b is %s", r.Pool.Name)
	}
	failsWith(t, s, remoteproto.StoragePoolLookupByTargetPath, &remoteproto.StoragePoolLookupByTargetPathArgs{Path: "/c"}, vir.ErrNoStoragePool)
	createVolume(t, s, p, "v", 10)
	x := must(t, s, remoteproto.StoragePoolGetXMLDesc, &remoteproto.StoragePoolGetXMLDescArgs{Pool: p, Flags: uint32(vir.StorageXMLInactive)})
	if !strings.Contains(x.XML, "<allocation unit='bytes'>0</allocation>") {
		t.Errorf("the inactive document has sizes:\n%s", x.XML)
	}
	caps := must(t, s, remoteproto.ConnectGetStoragePoolCapabilities, &remoteproto.ConnectGetStoragePoolCapabilitiesArgs{})
	if !strings.Contains(caps.Capabilities, "<pool type='dir' supported='yes'>") {
		t.Errorf("capabilities:\n%s", caps.Capabilities)
	}
}

// TestDifference30CloneSource clones from another pool than that of the copy.
func TestDifference30CloneSource(t *testing.T) {
	for _, strict := range []bool{true, false} {
		s := connect(t, newEngine(strict), "test:///default")
		here := findPool(t, s, "default-pool")
		other := definePool(t, s, "other")
		must(t, s, remoteproto.StoragePoolCreate, &remoteproto.StoragePoolCreateArgs{Pool: other})
		from := createVolume(t, s, other, "only-there", 10)
		a := &remoteproto.StorageVolCreateXMLFromArgs{Pool: here, Clonevol: from, XML: "<volume><name>copy</name><capacity>10</capacity></volume>"}
		if strict {
			fails(t, s, remoteproto.StorageVolCreateXMLFrom, a, vir.ErrNoStorageVol,
				"Storage volume not found: no storage vol with matching name 'only-there'")
			continue
		}
		_, f, err := doStream(s, remoteproto.StorageVolUpload, &remoteproto.StorageVolUploadArgs{Vol: from})
		if err != nil {
			t.Fatal(err)
		}
		if err := f(context.Background(), &pieces{in: [][]byte{[]byte("0123456789")}}); err != nil {
			t.Fatal(err)
		}
		vol := must(t, s, remoteproto.StorageVolCreateXMLFrom, a).Vol
		_, f, err = doStream(s, remoteproto.StorageVolDownload, &remoteproto.StorageVolDownloadArgs{Vol: vol})
		if err != nil {
			t.Fatal(err)
		}
		var out pieces
		if err := f(context.Background(), &out); err != nil || out.out.String() != "0123456789" {
			t.Errorf("the copy has %q, %v", out.out.String(), err)
		}
	}
}

// TestDifference31NetFSSources asks what the reference dies of.
func TestDifference31NetFSSources(t *testing.T) {
	s := connect(t, newEngine(true), "test:///default")
	spec := "<source/>"
	fails(t, s, remoteproto.ConnectFindStoragePoolSources, &remoteproto.ConnectFindStoragePoolSourcesArgs{Type: "netfs", SrcSpec: &spec},
		vir.ErrInvalidArg, "invalid argument: hostname must be specified for netfs sources")
}

// TestDifference33PoolCount: who only counts gets what the list would have.
func TestDifference33PoolCount(t *testing.T) {
	for strict, want := range map[bool]uint32{true: 1, false: 0} {
		s := connect(t, newEngine(strict), "test:///default")
		got := must(t, s, remoteproto.ConnectListAllStoragePools, &remoteproto.ConnectListAllStoragePoolsArgs{
			Flags: uint32(vir.ConnectListStoragePoolsInactive),
		})
		if got.Ret != want {
			t.Errorf("strict %v: %d inactive pools, want %d", strict, got.Ret, want)
		}
	}
}
