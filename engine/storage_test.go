package engine_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/govirtd/govirtd/internal/corpus"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

const dirPool = "<pool type='dir'><name>%s</name><target><path>/%[1]s</path></target></pool>"

func definePool(t *testing.T, s *session, name string) remoteproto.StoragePool {
	t.Helper()
	return must(t, s, remoteproto.StoragePoolDefineXML, &remoteproto.StoragePoolDefineXMLArgs{XML: fmt.Sprintf(dirPool, name)}).Pool
}

func findPool(t *testing.T, s *session, name string) remoteproto.StoragePool {
	t.Helper()
	return must(t, s, remoteproto.StoragePoolLookupByName, &remoteproto.StoragePoolLookupByNameArgs{Name: name}).Pool
}

func createVolume(t *testing.T, s *session, pool remoteproto.StoragePool, name string, capacity int) remoteproto.StorageVol {
	t.Helper()
	xml := fmt.Sprintf("<volume><name>%s</name><capacity>%d</capacity></volume>", name, capacity)
	return must(t, s, remoteproto.StorageVolCreateXML, &remoteproto.StorageVolCreateXMLArgs{Pool: pool, XML: xml}).Vol
}

// failsWith asks for an error with a code, whatever its text.
func failsWith[A, R any](t *testing.T, s *session, p *proc.Proc[A, R], a *A, code vir.ErrorNumber) {
	t.Helper()
	_, err := do(s, p, a)
	var e *vir.Error
	if !errors.As(err, &e) || e.Code != code {
		t.Errorf("%s: got %v, want code %d", p.Name, err, code)
	}
}

// TestStoragePoolLife takes a pool through its states and looks at the events.
func TestStoragePoolLife(t *testing.T) {
	s := connect(t, newEngine(true), "test:///default")
	must(t, s, remoteproto.ConnectStoragePoolEventRegisterAny, &remoteproto.ConnectStoragePoolEventRegisterAnyArgs{})
	must(t, s, remoteproto.ConnectStoragePoolEventRegisterAny, &remoteproto.ConnectStoragePoolEventRegisterAnyArgs{EventID: 1})
	fails(t, s, remoteproto.ConnectStoragePoolEventRegisterAny, &remoteproto.ConnectStoragePoolEventRegisterAnyArgs{EventID: 2},
		vir.ErrInternalError, "internal error: unsupported storage pool event ID 2")
	p := definePool(t, s, "a")
	inactive := "Requested operation is not valid: storage pool 'a' is not active"
	active := "Requested operation is not valid: storage pool 'a' is active"
	fails(t, s, remoteproto.StoragePoolRefresh, &remoteproto.StoragePoolRefreshArgs{Pool: p}, vir.ErrOperationInvalid, inactive)
	fails(t, s, remoteproto.StoragePoolDestroy, &remoteproto.StoragePoolDestroyArgs{Pool: p}, vir.ErrOperationInvalid, inactive)
	must(t, s, remoteproto.StoragePoolBuild, &remoteproto.StoragePoolBuildArgs{Pool: p})
	must(t, s, remoteproto.StoragePoolCreate, &remoteproto.StoragePoolCreateArgs{Pool: p})
	fails(t, s, remoteproto.StoragePoolUndefine, &remoteproto.StoragePoolUndefineArgs{Pool: p}, vir.ErrOperationInvalid, active)
	must(t, s, remoteproto.StoragePoolRefresh, &remoteproto.StoragePoolRefreshArgs{Pool: p})
	must(t, s, remoteproto.StoragePoolDestroy, &remoteproto.StoragePoolDestroyArgs{Pool: p})
	must(t, s, remoteproto.StoragePoolDelete, &remoteproto.StoragePoolDeleteArgs{Pool: p})
	must(t, s, remoteproto.StoragePoolUndefine, &remoteproto.StoragePoolUndefineArgs{Pool: p})
	fails(t, s, remoteproto.StoragePoolGetInfo, &remoteproto.StoragePoolGetInfoArgs{Pool: p},
		vir.ErrNoStoragePool, "Storage pool not found: no storage pool with matching name 'a'")
	var kinds []int32
	for _, e := range s.take() {
		if e.info == remoteproto.StoragePoolEventRefresh.Info {
			kinds = append(kinds, -1)
			continue
		}
		var m remoteproto.StoragePoolEventLifecycleMsg
		if err := proc.Decode(e.body, &m); err != nil || m.Pool.Name != "a" {
			t.Fatalf("%v %+v", err, m)
		}
		kinds = append(kinds, m.Event)
	}
	if want := "[0 4 2 -1 3 5 1]"; fmt.Sprint(kinds) != want {
		t.Errorf("events %v, want %s", kinds, want)
	}
}

// TestStoragePoolTransient: a pool without a definition goes with its stop,
// and so does one that was created over its definition.
func TestStoragePoolTransient(t *testing.T) {
	s := connect(t, newEngine(true), "test:///default")
	xml := fmt.Sprintf(dirPool, "t")
	p := must(t, s, remoteproto.StoragePoolCreateXML, &remoteproto.StoragePoolCreateXMLArgs{XML: xml}).Pool
	fails(t, s, remoteproto.StoragePoolSetAutostart, &remoteproto.StoragePoolSetAutostartArgs{Pool: p, Autostart: 1},
		vir.ErrInvalidArg, "invalid argument: pool has no config file")
	must(t, s, remoteproto.StoragePoolDestroy, &remoteproto.StoragePoolDestroyArgs{Pool: p})
	failsWith(t, s, remoteproto.StoragePoolLookupByUUID, &remoteproto.StoragePoolLookupByUUIDArgs{UUID: p.UUID}, vir.ErrNoStoragePool)
	d := definePool(t, s, "d")
	again := strings.Replace(fmt.Sprintf(dirPool, "d"), "<target>", fmt.Sprintf("<uuid>%x</uuid><target>", d.UUID), 1)
	must(t, s, remoteproto.StoragePoolCreateXML, &remoteproto.StoragePoolCreateXMLArgs{XML: again})
	fails(t, s, remoteproto.StoragePoolCreateXML, &remoteproto.StoragePoolCreateXMLArgs{XML: again}, vir.ErrOperationInvalid, "Requested operation is not valid: pool is already active as 'd'")
	if r := must(t, s, remoteproto.StoragePoolIsPersistent, &remoteproto.StoragePoolIsPersistentArgs{Pool: d}); r.Persistent != 0 {
		t.Error("a pool created over its definition is still persistent")
	}
	must(t, s, remoteproto.StoragePoolDestroy, &remoteproto.StoragePoolDestroyArgs{Pool: d})
	failsWith(t, s, remoteproto.StoragePoolIsActive, &remoteproto.StoragePoolIsActiveArgs{Pool: d}, vir.ErrNoStoragePool)
}

// TestStorageSpace counts what volumes take.
func TestStorageSpace(t *testing.T) {
	s := connect(t, newEngine(true), "test:///default")
	p := findPool(t, s, "default-pool")
	v := createVolume(t, s, p, "v", 100)
	createVolume(t, s, p, "w", 11)
	noRoom := "<volume><name>x</name><capacity unit='T'>1</capacity></volume>"
	fails(t, s, remoteproto.StorageVolCreateXML, &remoteproto.StorageVolCreateXMLArgs{Pool: p, XML: noRoom},
		vir.ErrInternalError, "internal error: Not enough free space in pool for volume 'x'")
	must(t, s, remoteproto.StorageVolDelete, &remoteproto.StorageVolDeleteArgs{Vol: v})
	i := must(t, s, remoteproto.StoragePoolGetInfo, &remoteproto.StoragePoolGetInfoArgs{Pool: p})
	if i.Allocation != 11 || i.Available != i.Capacity-11 {
		t.Errorf("%+v", i)
	}
	// Volumes outlive a stop.
	must(t, s, remoteproto.StoragePoolDestroy, &remoteproto.StoragePoolDestroyArgs{Pool: p})
	failsWith(t, s, remoteproto.StorageVolLookupByName, &remoteproto.StorageVolLookupByNameArgs{Pool: p, Name: "w"}, vir.ErrOperationInvalid)
	failsWith(t, s, remoteproto.StorageVolLookupByPath, &remoteproto.StorageVolLookupByPathArgs{Path: "/default-pool/w"}, vir.ErrNoStorageVol)
	must(t, s, remoteproto.StoragePoolCreate, &remoteproto.StoragePoolCreateArgs{Pool: p})
	must(t, s, remoteproto.StorageVolLookupByPath, &remoteproto.StorageVolLookupByPathArgs{Path: "/default-pool/w"})
}

// TestStorageTogether lets several connections define, start, stop and forget
// the same pool; the end must be a pool that is there or not.
func TestStorageTogether(t *testing.T) {
	e := newEngine(false)
	first := connect(t, e, "test:///default")
	p := definePool(t, first, "z")
	xml := strings.Replace(fmt.Sprintf(dirPool, "z"), "<target>", fmt.Sprintf("<uuid>%x</uuid><target>", p.UUID), 1)
	var wg sync.WaitGroup
	for n := range 8 {
		s := connect(t, e, "test:///default")
		wg.Go(func() {
			for i := range 60 {
				switch (i + n) % 6 {
				case 0:
					_, _ = do(s, remoteproto.StoragePoolDefineXML, &remoteproto.StoragePoolDefineXMLArgs{XML: xml})
				case 1:
					_, _ = do(s, remoteproto.StoragePoolCreateXML, &remoteproto.StoragePoolCreateXMLArgs{XML: xml})
				case 2:
					_, _ = do(s, remoteproto.StoragePoolDestroy, &remoteproto.StoragePoolDestroyArgs{Pool: p})
				case 3:
					_, _ = do(s, remoteproto.StoragePoolUndefine, &remoteproto.StoragePoolUndefineArgs{Pool: p})
				case 4:
					_, _ = do(s, remoteproto.StoragePoolCreate, &remoteproto.StoragePoolCreateArgs{Pool: p})
				case 5:
					_, _ = do(s, remoteproto.ConnectListAllStoragePools, &remoteproto.ConnectListAllStoragePoolsArgs{NeedResults: 1})
				}
			}
		})
	}
	wg.Wait()
	_, _ = do(first, remoteproto.StoragePoolDestroy, &remoteproto.StoragePoolDestroyArgs{Pool: p})
	_, _ = do(first, remoteproto.StoragePoolUndefine, &remoteproto.StoragePoolUndefineArgs{Pool: p})
	failsWith(t, first, remoteproto.StoragePoolLookupByName, &remoteproto.StoragePoolLookupByNameArgs{Name: "z"}, vir.ErrNoStoragePool)
	definePool(t, first, "z")
}

// pieces is a stream whose client has sent some pieces; nil stands for a hole.
type pieces struct {
	in  [][]byte
	gap int64
	out bytes.Buffer
}

func (p *pieces) Read([]byte) (int, error) { return 0, io.EOF }

func (p *pieces) ReadPiece() ([]byte, int64, error) {
	if len(p.in) == 0 {
		return nil, 0, io.EOF
	}
	b := p.in[0]
	p.in = p.in[1:]
	if b == nil {
		return nil, p.gap, nil
	}
	return b, 0, nil
}

func (p *pieces) Write(b []byte) (int, error) { return p.out.Write(b) }

func (p *pieces) WriteHole(n int64) error {
	fmt.Fprintf(&p.out, "<%d>", n)
	return nil
}

// TestVolumeStreams uploads with a hole and downloads with one.
func TestVolumeStreams(t *testing.T) {
	s := connect(t, newEngine(false), "test:///default")
	p := findPool(t, s, "default-pool")
	v := createVolume(t, s, p, "v", 10)
	const hole = 1 << 20
	upload := func(a *remoteproto.StorageVolUploadArgs, in ...[]byte) error {
		_, f, err := doStream(s, remoteproto.StorageVolUpload, a)
		if err != nil {
			t.Fatal(err)
		}
		return f(context.Background(), &pieces{in: in, gap: hole})
	}
	download := func(a *remoteproto.StorageVolDownloadArgs) string {
		_, f, err := doStream(s, remoteproto.StorageVolDownload, a)
		if err != nil {
			t.Fatal(err)
		}
		var out pieces
		if err := f(context.Background(), &out); err != nil {
			t.Fatal(err)
		}
		return out.out.String()
	}
	if err := upload(&remoteproto.StorageVolUploadArgs{Vol: v, Flags: 1}, []byte("head"), nil, []byte("tail")); err != nil {
		t.Fatal(err)
	}
	const size = 4 + hole + 4
	if i := must(t, s, remoteproto.StorageVolGetInfo, &remoteproto.StorageVolGetInfoArgs{Vol: v}); i.Capacity != size {
		t.Errorf("capacity %d, want %d", i.Capacity, size)
	}
	plain := "head" + strings.Repeat("\x00", hole) + "tail"
	if got := download(&remoteproto.StorageVolDownloadArgs{Vol: v}); got != plain {
		t.Errorf("%d bytes", len(got))
	}
	const block = 64 << 10
	want := plain[:block] + fmt.Sprintf("<%d>", hole-block) + plain[hole:]
	if got := download(&remoteproto.StorageVolDownloadArgs{Vol: v, Flags: 1}); got != want {
		t.Errorf("sparse: %d bytes, want %d", len(got), len(want))
	}
	if got := download(&remoteproto.StorageVolDownloadArgs{Vol: v, Offset: 2, Length: 3}); got != "ad\x00" {
		t.Errorf("a part is %q", got)
	}
	if got := download(&remoteproto.StorageVolDownloadArgs{Vol: v, Offset: size + 1}); got != "" {
		t.Errorf("behind the end there are %d bytes", len(got))
	}
	err := upload(&remoteproto.StorageVolUploadArgs{Vol: v, Length: 3}, []byte("four"))
	var e *vir.Error
	if !errors.As(err, &e) || e.Code != vir.ErrSystemError {
		t.Errorf("more than announced: %v", err)
	}
	_, _, err = doStream(s, remoteproto.StorageVolDownload, &remoteproto.StorageVolDownloadArgs{Vol: v, Offset: 1 << 63})
	if !errors.As(err, &e) || e.Code != vir.ErrOverflow {
		t.Errorf("offset beyond numbers: %v", err)
	}
	strict := connect(t, newEngine(true), "test:///default")
	v = createVolume(t, strict, findPool(t, strict, "default-pool"), "v", 10)
	fails(t, strict, remoteproto.StorageVolUpload, &remoteproto.StorageVolUploadArgs{Vol: v}, vir.ErrNoSupport,
		"this function is not supported by the connection driver: virStorageVolUpload")
}

// TestVolumeResize: below the present size with the flag only, and never below
// what is stored.
func TestVolumeResize(t *testing.T) {
	s := connect(t, newEngine(false), "test:///default")
	v := createVolume(t, s, findPool(t, s, "default-pool"), "v", 1<<20)
	resize := func(n uint64, flags vir.StorageVolResizeFlags) *remoteproto.StorageVolResizeArgs {
		return &remoteproto.StorageVolResizeArgs{Vol: v, Capacity: n, Flags: uint32(flags)}
	}
	capacity := func() uint64 {
		return must(t, s, remoteproto.StorageVolGetInfo, &remoteproto.StorageVolGetInfoArgs{Vol: v}).Capacity
	}
	fails(t, s, remoteproto.StorageVolResize, resize(0, 0), vir.ErrInvalidArg,
		"capacity in virStorageVolResize cannot be zero without 'delta' or 'shrink' flags set")
	fails(t, s, remoteproto.StorageVolResize, resize(5, 0), vir.ErrInvalidArg,
		"invalid argument: Can't shrink capacity below current capacity unless shrink flag explicitly specified")
	must(t, s, remoteproto.StorageVolResize, resize(100, vir.StorageVolResizeDelta))
	must(t, s, remoteproto.StorageVolResize, resize(300, vir.StorageVolResizeDelta|vir.StorageVolResizeShrink))
	if got := capacity(); got != 1<<20-200 {
		t.Errorf("capacity %d", got)
	}
	_, f, err := doStream(s, remoteproto.StorageVolUpload, &remoteproto.StorageVolUploadArgs{Vol: v})
	if err != nil {
		t.Fatal(err)
	}
	if err := f(context.Background(), &pieces{in: [][]byte{[]byte("x")}}); err != nil {
		t.Fatal(err)
	}
	fails(t, s, remoteproto.StorageVolResize, resize(10, vir.StorageVolResizeShrink), vir.ErrInvalidArg,
		"invalid argument: can't shrink capacity below existing allocation")
	must(t, s, remoteproto.StorageVolWipe, &remoteproto.StorageVolWipeArgs{Vol: v})
	must(t, s, remoteproto.StorageVolResize, resize(10, vir.StorageVolResizeShrink))
	failsWith(t, s, remoteproto.StorageVolResize, resize(1<<60, 0), vir.ErrSystemError)
}

// TestStorageCorpus defines the pools and creates the volumes of the corpus
// and asks for the answers of libvirt 11.3.0.
func TestStorageCorpus(t *testing.T) {
	dir := corpus.Dir(t)
	for kind, atLeast := range map[string]int{"storagepool": 24, "storagevol": 14} {
		equal, n := 0, 0
		for _, a := range corpus.Answers(t, "ref1130-test", kind) {
			doc, err := os.ReadFile(filepath.Join(dir, kind, a.In))
			if err != nil {
				t.Fatal(err)
			}
			n++
			s := connect(t, newEngine(true), "test:///default")
			got, err := storageAnswer(s, kind, string(doc))
			if d := differsFrom(&a, doc, got, err); d != "" {
				t.Logf("%s\n%s", a.Name, d)
				continue
			}
			equal++
		}
		t.Logf("%s: %d of %d equal", kind, equal, n)
		if equal < atLeast {
			t.Errorf("%s: %d equal, less than %d", kind, equal, atLeast)
		}
	}
}

func storageAnswer(s *session, kind, doc string) (string, error) {
	if kind == "storagepool" {
		r, err := do(s, remoteproto.StoragePoolDefineXML, &remoteproto.StoragePoolDefineXMLArgs{XML: doc})
		if err != nil {
			return "", err
		}
		x, err := do(s, remoteproto.StoragePoolGetXMLDesc, &remoteproto.StoragePoolGetXMLDescArgs{Pool: r.Pool})
		if err != nil {
			return "", err
		}
		return x.XML, nil
	}
	p, err := do(s, remoteproto.StoragePoolLookupByName, &remoteproto.StoragePoolLookupByNameArgs{Name: "default-pool"})
	if err != nil {
		return "", err
	}
	r, err := do(s, remoteproto.StorageVolCreateXML, &remoteproto.StorageVolCreateXMLArgs{Pool: p.Pool, XML: doc})
	if err != nil {
		return "", err
	}
	x, err := do(s, remoteproto.StorageVolGetXMLDesc, &remoteproto.StorageVolGetXMLDescArgs{Vol: r.Vol})
	if err != nil {
		return "", err
	}
	return x.XML, nil
}

// differsFrom says in which way an answer is another one; empty is equal.
func differsFrom(a *corpus.Answer, doc []byte, got string, err error) string {
	if err == nil {
		if !a.OK {
			return "missing error " + a.Error.Message
		}
		return corpus.Diff(a.Want(doc), got)
	}
	var e *vir.Error
	if !errors.As(err, &e) || a.OK || int32(e.Code) != a.Error.Code || int32(e.Domain) != a.Error.Domain || e.Message != a.Error.Message {
		return fmt.Sprintf("got %v\nwant %s", err, a.Error.Message)
	}
	return ""
}
