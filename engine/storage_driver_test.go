package engine_test

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	testpersonality "github.com/govirtd/govirtd/drivers/personality/test"
	"github.com/govirtd/govirtd/drivers/sim"
	"github.com/govirtd/govirtd/drivers/storage"
	"github.com/govirtd/govirtd/engine"
	"github.com/govirtd/govirtd/protocol/proc"
	rp "github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// filesDriver opens a host with simulated guests and real storage, which a
// driver of its own has.
type filesDriver struct {
	testpersonality.Driver
	keeper drivers.Keeper
}

type filesPersonality struct{ drivers.Personality }

func (filesPersonality) HasObjectDriver(vir.ErrorDomain) bool { return true }

// Rule knows nothing of the test driver's storage.
func (p filesPersonality) Rule(procedure string) (drivers.Rule, bool) {
	if strings.HasPrefix(procedure, "storage_") || strings.Contains(procedure, "storage_pool") {
		return drivers.Rule{Supported: true, NoFlagCheck: true}, true
	}
	return p.Personality.Rule(procedure)
}

// simulated is one level deeper than storage, whose methods win.
type simulated struct{ *sim.Backend }

type filesBackend struct {
	simulated
	*storage.Storage
}

func (d filesDriver) Open(ctx context.Context, _ *url.URL) (*drivers.Host, error) {
	uri, _ := url.Parse("test:///default")
	spec, err := d.Driver.Open(ctx, uri)
	if err != nil {
		return nil, err
	}
	spec.Personality = filesPersonality{spec.Personality}
	spec.Keeper, spec.World = d.keeper, nil
	spec.Backend = filesBackend{simulated{spec.Backend.(*sim.Backend)}, storage.New(storage.Config{})}
	return spec, nil
}

func newFilesEngine(k drivers.Keeper) *engine.Engine {
	return engine.New(engine.Config{
		Drivers: []drivers.Driver{filesDriver{Driver: testpersonality.Driver{NewBackend: func(h drivers.SimulatedHost) drivers.Backend {
			return sim.New(h, now)
		}}, keeper: k}},
		DefaultURI: "test:///default",
		Hostname:   "host.example",
		Now:        now,
	})
}

func filesHost(t *testing.T) (s *session, dir string) {
	return connect(t, newFilesEngine(nil), "test:///default"), t.TempDir()
}

const poolAt = "<pool type='dir'><name>%s</name>%s<target><path>%s</path></target></pool>"

func (s *session) defineAt(t *testing.T, name, uuid, dir string) rp.StoragePool {
	t.Helper()
	return must(t, s, rp.StoragePoolDefineXML, &rp.StoragePoolDefineXMLArgs{XML: fmt.Sprintf(poolAt, name, uuid, dir)}).Pool
}

func poolXML(t *testing.T, s *session, p rp.StoragePool, flags vir.StorageXMLFlags) string {
	t.Helper()
	return must(t, s, rp.StoragePoolGetXMLDesc, &rp.StoragePoolGetXMLDescArgs{Pool: p, Flags: uint32(flags)}).XML
}

// poolEvents names the events about pools since the last time.
func poolEvents(t *testing.T, s *session) string {
	t.Helper()
	names := []string{"defined", "undefined", "started", "stopped", "created", "deleted"}
	var out []string
	for _, e := range s.take() {
		switch e.info {
		case rp.StoragePoolEventRefresh.Info:
			out = append(out, "refresh")
		case rp.StoragePoolEventLifecycle.Info:
			var m rp.StoragePoolEventLifecycleMsg
			if err := proc.Decode(e.body, &m); err != nil {
				t.Fatal(err)
			}
			out = append(out, names[m.Event])
		}
	}
	return strings.Join(out, " ")
}

// TestStorageDriverWords has the answers of libvirtd 11.3.0 on qemu:///system.
func TestStorageDriverWords(t *testing.T) {
	s, dir := filesHost(t)
	p := s.defineAt(t, "a", "", dir+"/deep/a")
	invalid := "Requested operation is not valid: "
	fails(t, s, rp.StoragePoolCreate, &rp.StoragePoolCreateArgs{Pool: p}, vir.ErrSystemError, "cannot open directory '"+dir+"/deep/a': No such file or directory")
	fails(t, s, rp.StoragePoolDelete, &rp.StoragePoolDeleteArgs{Pool: p}, vir.ErrSystemError, "failed to remove pool '"+dir+"/deep/a': No such file or directory")
	fails(t, s, rp.StoragePoolListAllVolumes, &rp.StoragePoolListAllVolumesArgs{Pool: p}, vir.ErrOperationInvalid, invalid+"storage pool 'a' is not active")
	must(t, s, rp.StoragePoolBuild, &rp.StoragePoolBuildArgs{Pool: p})
	must(t, s, rp.StoragePoolCreate, &rp.StoragePoolCreateArgs{Pool: p})
	fails(t, s, rp.StoragePoolCreate, &rp.StoragePoolCreateArgs{Pool: p}, vir.ErrOperationInvalid, invalid+"storage pool 'a' is already active")
	fails(t, s, rp.StoragePoolBuild, &rp.StoragePoolBuildArgs{Pool: p}, vir.ErrOperationInvalid, invalid+"storage pool 'a' is already active")
	fails(t, s, rp.StoragePoolDelete, &rp.StoragePoolDeleteArgs{Pool: p}, vir.ErrOperationInvalid, invalid+"storage pool 'a' is still active")
	fails(t, s, rp.StoragePoolUndefine, &rp.StoragePoolUndefineArgs{Pool: p}, vir.ErrOperationInvalid, invalid+"storage pool 'a' is still active")
	fails(t, s, rp.StorageVolLookupByKey, &rp.StorageVolLookupByKeyArgs{Key: "zz"}, vir.ErrNoStorageVol, "Storage volume not found: no storage vol with matching key zz")
	must(t, s, rp.StoragePoolLookupByTargetPath, &rp.StoragePoolLookupByTargetPathArgs{Path: dir + "//deep/a/"})
	fails(t, s, rp.StoragePoolLookupByTargetPath, &rp.StoragePoolLookupByTargetPathArgs{Path: "/x/"}, vir.ErrNoStoragePool,
		"Storage pool not found: no storage pool with matching target path '/x/' (/x)")
	gone := rp.StoragePool{Name: "a"}
	fails(t, s, rp.StoragePoolGetInfo, &rp.StoragePoolGetInfoArgs{Pool: gone}, vir.ErrNoStoragePool,
		"Storage pool not found: no storage pool with matching uuid '00000000-0000-0000-0000-000000000000' (a)")
	v := createVolume(t, s, p, "v", 4096)
	again := "<volume><name>v</name><capacity>10</capacity></volume>"
	fails(t, s, rp.StorageVolCreateXML, &rp.StorageVolCreateXMLArgs{Pool: p, XML: again}, vir.ErrStorageVolExist, "storage volume 'v' exists already")
	fails(t, s, rp.StorageVolCreateXMLFrom, &rp.StorageVolCreateXMLFromArgs{Pool: p, XML: again, Clonevol: v}, vir.ErrInternalError,
		"internal error: storage volume name 'v' already in use.")
	fails(t, s, rp.StorageVolCreateXML, &rp.StorageVolCreateXMLArgs{Pool: p, XML: "<volume><name>x</name></volume>"}, vir.ErrXMLError,
		"XML error: missing capacity element")
	for _, typ := range []string{"sheepdog", "vstorage"} {
		xml := "<pool type='" + typ + "'><name>z</name><source><name>x</name><host name='h'/></source><target><path>/t</path></target></pool>"
		n := domxml.StoragePoolTypeNumber(domxml.StoragePoolType(typ))
		fails(t, s, rp.StoragePoolDefineXML, &rp.StoragePoolDefineXMLArgs{XML: xml}, vir.ErrInternalError,
			fmt.Sprintf("internal error: missing backend for pool type %d (%s)", n, typ))
		fails(t, s, rp.ConnectFindStoragePoolSources, &rp.ConnectFindStoragePoolSourcesArgs{Type: typ}, vir.ErrInternalError,
			fmt.Sprintf("internal error: missing backend for pool type %d (%s)", n, typ))
	}
	fails(t, s, rp.ConnectFindStoragePoolSources, &rp.ConnectFindStoragePoolSourcesArgs{Type: "dir"}, vir.ErrNoSupport,
		"this function is not supported by the connection driver: pool type 'dir' does not support source discovery")
	fails(t, s, rp.ConnectFindStoragePoolSources, &rp.ConnectFindStoragePoolSourcesArgs{Type: "frob"}, vir.ErrInternalError,
		"internal error: unknown storage pool type frob")
	transient := must(t, s, rp.StoragePoolCreateXML, &rp.StoragePoolCreateXMLArgs{XML: fmt.Sprintf(poolAt, "t", "", dir)}).Pool
	fails(t, s, rp.StoragePoolSetAutostart, &rp.StoragePoolSetAutostartArgs{Pool: transient, Autostart: 1}, vir.ErrInternalError, "internal error: pool has no config file")
	_, err := do(s, rp.StoragePoolUndefine, &rp.StoragePoolUndefineArgs{Pool: p})
	if e, ok := err.(*vir.Error); !ok || e.Domain != vir.FromStorage {
		t.Errorf("%+v is not the storage driver's", err)
	}
}

// TestStorageDriverNext: what is defined over a running pool is for later, and
// what is created over a definition gives it back.
func TestStorageDriverNext(t *testing.T) {
	s, dir := filesHost(t)
	for _, d := range []string{"one", "two"} {
		if err := os.Mkdir(filepath.Join(dir, d), 0o750); err != nil {
			t.Fatal(err)
		}
	}
	p := s.defineAt(t, "p", "", dir+"/one")
	uuid := fmt.Sprintf("<uuid>%x</uuid>", p.UUID)
	must(t, s, rp.StoragePoolCreate, &rp.StoragePoolCreateArgs{Pool: p})
	has := func(flags vir.StorageXMLFlags, words ...string) {
		t.Helper()
		for _, w := range words {
			if xml := poolXML(t, s, p, flags); !strings.Contains(xml, w) {
				t.Errorf("no %s in\n%s", w, xml)
			}
		}
	}
	has(0, "/one</path>", "<mode>0750</mode>")
	has(vir.StorageXMLInactive, "/one</path>", "<mode>0750</mode>")
	s.defineAt(t, "p", uuid, dir+"/two")
	has(0, "/one</path>")
	has(vir.StorageXMLInactive, "/two</path>", "<capacity unit='bytes'>0</capacity>")
	must(t, s, rp.StoragePoolDestroy, &rp.StoragePoolDestroyArgs{Pool: p})
	has(0, "/two</path>", "<capacity unit='bytes'>0</capacity>")

	must(t, s, rp.StoragePoolCreateXML, &rp.StoragePoolCreateXMLArgs{XML: fmt.Sprintf(poolAt, "p", uuid, dir+"/one")})
	if r := must(t, s, rp.StoragePoolIsPersistent, &rp.StoragePoolIsPersistentArgs{Pool: p}); r.Persistent != 1 {
		t.Error("what was created over a definition has none")
	}
	has(0, "/one</path>")
	has(vir.StorageXMLInactive, "/two</path>")
	must(t, s, rp.StoragePoolDestroy, &rp.StoragePoolDestroyArgs{Pool: p})
	has(0, "/two</path>")
	failsWith(t, s, rp.StoragePoolCreateXML, &rp.StoragePoolCreateXMLArgs{XML: fmt.Sprintf(poolAt, "p", uuid, dir+"/none")}, vir.ErrSystemError)
	has(0, "/two</path>")
}

// TestStorageDriverRestart: another daemon finds a running pool with what it
// runs with, and with what it will be.
func TestStorageDriverRestart(t *testing.T) {
	dir, k := t.TempDir(), newMemoryKeeper()
	first := connect(t, newFilesEngine(k), "test:///default")
	p := first.defineAt(t, "p", "", dir)
	must(t, first, rp.StoragePoolCreate, &rp.StoragePoolCreateArgs{Pool: p})
	createVolume(t, first, p, "v", 4096)
	first.defineAt(t, "p", fmt.Sprintf("<uuid>%x</uuid>", p.UUID), "/elsewhere")
	second := connect(t, newFilesEngine(k), "test:///default")
	if !strings.Contains(poolXML(t, second, p, 0), dir+"</path>") || !strings.Contains(poolXML(t, second, p, vir.StorageXMLInactive), "/elsewhere</path>") {
		t.Errorf("now\n%slater\n%s", poolXML(t, second, p, 0), poolXML(t, second, p, vir.StorageXMLInactive))
	}
	must(t, second, rp.StorageVolLookupByName, &rp.StorageVolLookupByNameArgs{Pool: p, Name: "v"})
}

// TestStorageDriverEvents: a build on the way is not told, and a pool that
// cannot be looked at any more stops.
func TestStorageDriverEvents(t *testing.T) {
	s, dir := filesHost(t)
	for id := range int32(2) {
		must(t, s, rp.ConnectStoragePoolEventRegisterAny, &rp.ConnectStoragePoolEventRegisterAnyArgs{EventID: id})
	}
	p := s.defineAt(t, "p", "", dir+"/p")
	must(t, s, rp.StoragePoolCreate, &rp.StoragePoolCreateArgs{Pool: p, Flags: uint32(vir.StoragePoolCreateWithBuild)})
	must(t, s, rp.StoragePoolRefresh, &rp.StoragePoolRefreshArgs{Pool: p})
	if err := os.RemoveAll(dir + "/p"); err != nil {
		t.Fatal(err)
	}
	failsWith(t, s, rp.StoragePoolRefresh, &rp.StoragePoolRefreshArgs{Pool: p}, vir.ErrSystemError)
	if r := must(t, s, rp.StoragePoolIsActive, &rp.StoragePoolIsActiveArgs{Pool: p}); r.Active != 0 {
		t.Error("a pool without a directory is active")
	}
	if got, want := poolEvents(t, s), "defined started refresh stopped"; got != want {
		t.Errorf("events %s, want %s", got, want)
	}
}

// TestStorageDriverVolumes makes, changes, fills and reads volumes that are
// files.
func TestStorageDriverVolumes(t *testing.T) {
	s, dir := filesHost(t)
	p := s.defineAt(t, "p", "", dir+"/p")
	must(t, s, rp.StoragePoolCreate, &rp.StoragePoolCreateArgs{Pool: p, Flags: uint32(vir.StoragePoolCreateWithBuild)})
	v := createVolume(t, s, p, "v", 4096)
	path := dir + "/p/v"
	if err := os.WriteFile(path, bytes.Repeat([]byte("x"), 12288), 0o600); err != nil {
		t.Fatal(err)
	}
	if i := must(t, s, rp.StorageVolGetInfo, &rp.StorageVolGetInfoArgs{Vol: v}); i.Capacity != 12288 || i.Type != int8(vir.StorageVolFile) {
		t.Errorf("%+v", i)
	}
	i := must(t, s, rp.StorageVolGetInfoFlags, &rp.StorageVolGetInfoFlagsArgs{Vol: v, Flags: uint32(vir.StorageVolGetPhysical)})
	if i.Allocation != 12288 {
		t.Errorf("%+v", i)
	}
	must(t, s, rp.StorageVolResize, &rp.StorageVolResizeArgs{Vol: v, Capacity: 20480})
	failsWith(t, s, rp.StorageVolResize, &rp.StorageVolResizeArgs{Vol: v, Capacity: 4096}, vir.ErrInvalidArg)
	must(t, s, rp.StorageVolWipe, &rp.StorageVolWipeArgs{Vol: v})
	if got, err := os.ReadFile(path); err != nil || len(got) != 20480 || bytes.Contains(got, []byte("x")) {
		t.Errorf("%d bytes, %v", len(got), err)
	}

	// An upload makes the pool look again: what is an image now is known as one.
	image := append([]byte("QFI\xfb\x00\x00\x00\x02"), make([]byte, 504)...)
	image[23], image[29] = 16, 16
	_, f, err := doStream(s, rp.StorageVolUpload, &rp.StorageVolUploadArgs{Vol: v})
	if err != nil {
		t.Fatal(err)
	}
	fails(t, s, rp.StorageVolDelete, &rp.StorageVolDeleteArgs{Vol: v}, vir.ErrOperationInvalid, "Requested operation is not valid: volume 'v' is still in use.")
	if err := f(context.Background(), &pieces{in: [][]byte{image}}); err != nil {
		t.Fatal(err)
	}
	if xml := must(t, s, rp.StorageVolGetXMLDesc, &rp.StorageVolGetXMLDescArgs{Vol: v}).XML; !strings.Contains(xml, "<format type='qcow2'/>") {
		t.Error(xml)
	}
	_, f, err = doStream(s, rp.StorageVolDownload, &rp.StorageVolDownloadArgs{Vol: v, Length: 8})
	if err != nil {
		t.Fatal(err)
	}
	var out pieces
	if err := f(context.Background(), &out); err != nil || out.out.String() != string(image[:8]) {
		t.Errorf("%q, %v", out.out.String(), err)
	}
	clone := must(t, s, rp.StorageVolCreateXMLFrom, &rp.StorageVolCreateXMLFromArgs{Pool: p, Clonevol: createVolume(t, s, p, "r", 4096),
		XML: "<volume><name>c</name></volume>"}).Vol
	if i := must(t, s, rp.StorageVolGetInfo, &rp.StorageVolGetInfoArgs{Vol: clone}); i.Capacity != 4096 {
		t.Errorf("%+v", i)
	}
	must(t, s, rp.StorageVolDelete, &rp.StorageVolDeleteArgs{Vol: v})
	if _, err := os.Stat(path); err == nil {
		t.Error("a deleted volume is there")
	}
	if err := os.Remove(dir + "/p/c"); err != nil {
		t.Fatal(err)
	}
	fails(t, s, rp.StorageVolGetXMLDesc, &rp.StorageVolGetXMLDescArgs{Vol: clone}, vir.ErrNoStorageVol,
		"Storage volume not found: no storage vol with matching path '"+dir+"/p/c'")
}

// slowVolumes makes volumes when it is told to.
type slowVolumes struct {
	simulated
	begun, goOn chan bool
}

func (b slowVolumes) CreateStorageVolume(ctx context.Context, pool *domxml.StoragePool, vol *domxml.StorageVolume, from *drivers.StorageVolumeRef, flags vir.StorageVolCreateFlags) error {
	b.begun <- true
	if !<-b.goOn {
		return vir.Errorf(vir.FromStorage, vir.ErrInternalError, "no luck")
	}
	return b.simulated.CreateStorageVolume(ctx, pool, vol, from, flags)
}

type slowDriver struct {
	testpersonality.Driver
	begun, goOn chan bool
}

func (d slowDriver) Open(ctx context.Context, uri *url.URL) (*drivers.Host, error) {
	spec, err := d.Driver.Open(ctx, uri)
	if err == nil {
		spec.Backend = slowVolumes{simulated{spec.Backend.(*sim.Backend)}, d.begun, d.goOn}
	}
	return spec, err
}

// TestVolumeTakesTime: a volume that is being made holds up nobody but those
// who want it, or the whole pool.
func TestVolumeTakesTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := slowDriver{testpersonality.Driver{NewBackend: func(h drivers.SimulatedHost) drivers.Backend { return sim.New(h, now) }}, make(chan bool), make(chan bool)}
		e := engine.New(engine.Config{Drivers: []drivers.Driver{d}, DefaultURI: "test:///default", Hostname: "h", Now: now})
		s := connect(t, e, "test:///default")
		p := findPool(t, s, "default-pool")
		make := func(name string) chan error {
			done := make(chan error, 1)
			go func() {
				xml := "<volume><name>" + name + "</name><capacity>10</capacity></volume>"
				_, err := do(s, rp.StorageVolCreateXML, &rp.StorageVolCreateXMLArgs{Pool: p, XML: xml})
				done <- err
			}()
			return done
		}
		first := make("a")
		<-d.begun
		began := time.Now()
		second := make("b") // at the same time
		<-d.begun
		a := must(t, s, rp.StorageVolLookupByName, &rp.StorageVolLookupByNameArgs{Pool: p, Name: "a"}).Vol
		busy := "Requested operation is not valid: volume 'a' is still being allocated."
		fails(t, s, rp.StorageVolDelete, &rp.StorageVolDeleteArgs{Vol: a}, vir.ErrOperationInvalid, busy)
		fails(t, s, rp.StorageVolResize, &rp.StorageVolResizeArgs{Vol: a, Capacity: 20}, vir.ErrOperationInvalid, busy)
		fails(t, s, rp.StorageVolWipe, &rp.StorageVolWipeArgs{Vol: a}, vir.ErrOperationInvalid, busy)
		fails(t, s, rp.StorageVolUpload, &rp.StorageVolUploadArgs{Vol: a}, vir.ErrOperationInvalid, busy)
		fails(t, s, rp.StorageVolDownload, &rp.StorageVolDownloadArgs{Vol: a}, vir.ErrOperationInvalid, busy)
		works := "internal error: pool 'default-pool' has asynchronous jobs running."
		fails(t, s, rp.StoragePoolRefresh, &rp.StoragePoolRefreshArgs{Pool: p}, vir.ErrInternalError, works)
		fails(t, s, rp.StoragePoolDestroy, &rp.StoragePoolDestroyArgs{Pool: p}, vir.ErrInternalError, works)
		if waited := time.Since(began); waited != 0 {
			t.Errorf("somebody has waited %v", waited)
		}
		d.goOn <- true
		d.goOn <- false
		err1, err2 := <-first, <-second
		if (err1 == nil) == (err2 == nil) {
			t.Errorf("%v, %v", err1, err2)
		}
		if n := must(t, s, rp.StoragePoolNumOfVolumes, &rp.StoragePoolNumOfVolumesArgs{Pool: p}).Num; n != 1 {
			t.Errorf("%d volumes", n)
		}
		must(t, s, rp.StoragePoolDestroy, &rp.StoragePoolDestroyArgs{Pool: p})
	})
}
