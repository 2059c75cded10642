package engine_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/drivers/keep"
	testpersonality "github.com/govirtd/govirtd/drivers/personality/test"
	"github.com/govirtd/govirtd/drivers/sim"
	"github.com/govirtd/govirtd/engine"
	"github.com/govirtd/govirtd/protocol/proc"
	rp "github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// keptDriver opens one host whose definitions a keeper has.
type keptDriver struct {
	testpersonality.Driver
	keeper drivers.Keeper
}

func (d keptDriver) Open(ctx context.Context, _ *url.URL) (*drivers.Host, error) {
	uri, _ := url.Parse("test:///default")
	spec, err := d.Driver.Open(ctx, uri)
	if err != nil {
		return nil, err
	}
	spec.Keeper, spec.World = d.keeper, nil
	return spec, nil
}

// newDaemon is one life of a daemon.
func newDaemon(k drivers.Keeper) *engine.Engine {
	return engine.New(engine.Config{
		Drivers: []drivers.Driver{keptDriver{testpersonality.Driver{NewBackend: func(h drivers.SimulatedHost) drivers.Backend {
			return sim.New(h, now)
		}}, k}},
		DefaultURI: "test:///default",
		Hostname:   "host.example",
		Now:        now,
	})
}

// memoryKeeper keeps in memory, fails when it is told to and can be made to
// wait.
type memoryKeeper struct {
	mu    sync.Mutex
	kept  map[string]drivers.Kept
	boots map[drivers.Kind]bool
	asked int // how often FirstSinceBoot has been
	// failAt counts down with each change, which fails when it comes to 0.
	failAt int
	calls  int
	// before is called in front of each change, without a lock.
	before func(kind drivers.Kind, name string)
}

func newMemoryKeeper() *memoryKeeper {
	return &memoryKeeper{kept: map[string]drivers.Kept{}, boots: map[drivers.Kind]bool{}}
}

var errDisk = vir.Errorf(vir.FromNone, vir.ErrSystemError, "no disk")

func (k *memoryKeeper) change(kind drivers.Kind, name string, f func()) error {
	if k.before != nil {
		k.before(kind, name)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.calls++
	if k.failAt--; k.failAt == 0 {
		return errDisk
	}
	f()
	return nil
}

func keyOf(kind drivers.Kind, owner, name string) string {
	return fmt.Sprintf("%s/%s/%s", kind, owner, name)
}

func (k *memoryKeeper) Load(context.Context, func(string, error)) ([]drivers.Kept, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	order := []drivers.Kind{
		drivers.KindSecret, drivers.KindNWFilter, drivers.KindNetwork, drivers.KindStoragePool, drivers.KindStoragePoolState,
		drivers.KindDomain, drivers.KindSnapshot, drivers.KindCheckpoint, drivers.KindNWFilterBinding,
	}
	return slices.SortedFunc(maps.Values(k.kept), func(a, b drivers.Kept) int {
		return cmp.Or(slices.Index(order, a.Kind)-slices.Index(order, b.Kind), cmp.Compare(a.Owner+"/"+a.Name, b.Owner+"/"+b.Name))
	}), nil
}

func (k *memoryKeeper) Keep(_ context.Context, o drivers.Kept) error {
	return k.change(o.Kind, o.Name, func() {
		key := keyOf(o.Kind, o.Owner, o.Name)
		o.Autostart = k.kept[key].Autostart
		o.Document = bytes.Clone(o.Document)
		k.kept[key] = o
	})
}

func (k *memoryKeeper) Forget(_ context.Context, kind drivers.Kind, owner, name string) error {
	return k.change(kind, name, func() { delete(k.kept, keyOf(kind, owner, name)) })
}

func (k *memoryKeeper) SetAutostart(_ context.Context, kind drivers.Kind, name string, on bool) error {
	return k.change(kind, name, func() {
		key := keyOf(kind, "", name)
		o, ok := k.kept[key]
		if !ok {
			panic("a mark on nothing: " + key)
		}
		o.Autostart = on
		k.kept[key] = o
	})
}

func (k *memoryKeeper) FirstSinceBoot(_ context.Context, kind drivers.Kind) (bool, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.asked++
	was := k.boots[kind]
	k.boots[kind] = true
	return !was, nil
}

func (k *memoryKeeper) content() map[string]drivers.Kept {
	k.mu.Lock()
	defer k.mu.Unlock()
	return maps.Clone(k.kept)
}

// after is another keeper with the same content: that of the next daemon.
func (k *memoryKeeper) after() *memoryKeeper {
	n := newMemoryKeeper()
	n.kept = k.content()
	k.mu.Lock()
	defer k.mu.Unlock()
	n.boots = maps.Clone(k.boots) // the machine has not booted since
	return n
}

// poolSizes are not kept: they are looked up again.
var poolSizes = regexp.MustCompile(` *<(capacity|allocation|available).*\n`)

// view is everything that a client sees of what outlives a daemon, and, if
// wanted, of what does not.
func view(t *testing.T, s *session, all bool) []string {
	t.Helper()
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	secure := uint32(vir.DomainXMLInactive | vir.DomainXMLSecure)
	for _, d := range must(t, s, rp.ConnectListAllDomains, &rp.ConnectListAllDomainsArgs{NeedResults: 1}).Domains {
		persistent := must(t, s, rp.DomainIsPersistent, &rp.DomainIsPersistentArgs{Dom: d}).Persistent
		if persistent != 0 {
			say("domain %s %x autostart %d: %s", d.Name, d.UUID, must(t, s, rp.DomainGetAutostart, &rp.DomainGetAutostartArgs{Dom: d}).Autostart,
				must(t, s, rp.DomainGetXMLDesc, &rp.DomainGetXMLDescArgs{Dom: d, Flags: secure}).XML)
		}
		if all {
			say("domain %s: persistent %d, %s", d.Name, persistent, must(t, s, rp.DomainGetXMLDesc, &rp.DomainGetXMLDescArgs{Dom: d, Flags: uint32(vir.DomainXMLSecure)}).XML)
		}
		if !all && persistent == 0 {
			continue
		}
		for _, m := range must(t, s, rp.DomainListAllSnapshots, &rp.DomainListAllSnapshotsArgs{Dom: d, NeedResults: 1}).Snapshots {
			say("snapshot %s of %s, current %d: %s", m.Name, d.Name, must(t, s, rp.DomainSnapshotIsCurrent, &rp.DomainSnapshotIsCurrentArgs{Snap: m}).Current,
				must(t, s, rp.DomainSnapshotGetXMLDesc, &rp.DomainSnapshotGetXMLDescArgs{Snap: m, Flags: uint32(vir.DomainSnapshotXMLSecure)}).XML)
		}
		for _, m := range must(t, s, rp.DomainListAllCheckpoints, &rp.DomainListAllCheckpointsArgs{Dom: d, NeedResults: 1}).Checkpoints {
			say("checkpoint %s of %s: %s", m.Name, d.Name, must(t, s, rp.DomainCheckpointGetXMLDesc, &rp.DomainCheckpointGetXMLDescArgs{Checkpoint: m}).XML)
		}
	}
	for _, n := range must(t, s, rp.ConnectListAllNetworks, &rp.ConnectListAllNetworksArgs{NeedResults: 1}).Nets {
		if must(t, s, rp.NetworkIsPersistent, &rp.NetworkIsPersistentArgs{Net: n}).Persistent != 0 {
			say("network %s %x autostart %d: %s", n.Name, n.UUID, must(t, s, rp.NetworkGetAutostart, &rp.NetworkGetAutostartArgs{Net: n}).Autostart,
				must(t, s, rp.NetworkGetXMLDesc, &rp.NetworkGetXMLDescArgs{Net: n, Flags: uint32(vir.NetworkXMLInactive)}).XML)
		}
		if all {
			say("network %s: %s", n.Name, must(t, s, rp.NetworkGetXMLDesc, &rp.NetworkGetXMLDescArgs{Net: n}).XML)
		}
	}
	for _, p := range must(t, s, rp.ConnectListAllStoragePools, &rp.ConnectListAllStoragePoolsArgs{NeedResults: 1}).Pools {
		say("pool %s %x active %d autostart %d persistent %d: %s", p.Name, p.UUID, must(t, s, rp.StoragePoolIsActive, &rp.StoragePoolIsActiveArgs{Pool: p}).Active,
			must(t, s, rp.StoragePoolGetAutostart, &rp.StoragePoolGetAutostartArgs{Pool: p}).Autostart,
			must(t, s, rp.StoragePoolIsPersistent, &rp.StoragePoolIsPersistentArgs{Pool: p}).Persistent,
			poolSizes.ReplaceAllString(must(t, s, rp.StoragePoolGetXMLDesc, &rp.StoragePoolGetXMLDescArgs{Pool: p, Flags: uint32(vir.StorageXMLInactive)}).XML, ""))
	}
	for _, x := range must(t, s, rp.ConnectListAllSecrets, &rp.ConnectListAllSecretsArgs{NeedResults: 1}).Secrets {
		xml := must(t, s, rp.SecretGetXMLDesc, &rp.SecretGetXMLDescArgs{Secret: x}).XML
		if !all && strings.Contains(xml, "ephemeral='yes'") {
			continue
		}
		v, err := do(s, rp.SecretGetValue, &rp.SecretGetValueArgs{Secret: x})
		say("secret %s, value %q, %v", xml, v, err)
	}
	for _, f := range must(t, s, rp.ConnectListAllNWFilters, &rp.ConnectListAllNWFiltersArgs{NeedResults: 1}).Filters {
		say("filter %s", must(t, s, rp.NWFilterGetXMLDesc, &rp.NWFilterGetXMLDescArgs{NWFilter: f}).XML)
	}
	for _, b := range must(t, s, rp.ConnectListAllNWFilterBindings, &rp.ConnectListAllNWFilterBindingsArgs{NeedResults: 1}).Bindings {
		say("binding %s", must(t, s, rp.NWFilterBindingGetXMLDesc, &rp.NWFilterBindingGetXMLDescArgs{NWFilter: b}).XML)
	}
	slices.Sort(out)
	return out
}

// difference is the first line that only one of two views has.
func difference(a, b []string) string {
	for _, l := range a {
		if !slices.Contains(b, l) {
			return "only here: " + l + "\nthere:\n" + strings.Join(b, "\n")
		}
	}
	for _, l := range b {
		if !slices.Contains(a, l) {
			return "only there: " + l
		}
	}
	return ""
}

// The script below changes everything that can be kept, in every way.

// scriptStep is one call.
type scriptStep struct {
	name string
	do   func(s *session) error
}

func keptStep[A, R any](name string, p *proc.Proc[A, R], args func(s *session) *A) scriptStep {
	return scriptStep{name, func(s *session) error {
		_, err := do(s, p, args(s))
		return err
	}}
}

func (s *session) dom(name string) rp.Domain {
	r, err := do(s, rp.DomainLookupByName, &rp.DomainLookupByNameArgs{Name: name})
	if err != nil {
		return rp.Domain{Name: name}
	}
	return r.Dom
}

func (s *session) net(name string) rp.Network {
	r, err := do(s, rp.NetworkLookupByName, &rp.NetworkLookupByNameArgs{Name: name})
	if err != nil {
		return rp.Network{Name: name}
	}
	return r.Net
}

func (s *session) pool(name string) rp.StoragePool {
	r, err := do(s, rp.StoragePoolLookupByName, &rp.StoragePoolLookupByNameArgs{Name: name})
	if err != nil {
		return rp.StoragePool{Name: name}
	}
	return r.Pool
}

const (
	keptDomain = `<domain type='test'><name>%s</name><uuid>%s</uuid><metadata><a:x xmlns:a='urn:a'>  <a:y/>
 text </a:x></metadata><memory>131072</memory><currentMemory>65536</currentMemory><vcpu current='1'>4</vcpu><iothreads>1</iothreads>` +
		`<os><type>hvm</type></os><devices>` + diskXML + `<graphics type='vnc' passwd='hidden'/></devices></domain>`
	keptNetwork = `<network><name>n</name><uuid>22222222-1111-4111-8111-111111111111</uuid>%s<bridge name='br7'/><ip address='10.7.0.1' netmask='255.255.255.0'>` +
		`<dhcp><range start='10.7.0.10' end='10.7.0.20'/></dhcp></ip></network>`
	keptPool   = `<pool type='dir'><name>p</name><uuid>33333333-1111-4111-8111-111111111111</uuid><target><path>/p%s</path></target></pool>`
	keptSecret = `<secret ephemeral='%s' private='no'><uuid>44444444-1111-4111-8111-111111111111</uuid><description>%s</description>` +
		`<usage type='volume'><volume>/v</volume></usage></secret>`
	keptFilter  = `<filter name='f'><uuid>55555555-1111-4111-8111-111111111111</uuid><rule action='%s' direction='in'/></filter>`
	keptBinding = `<filterbinding><owner><name>a</name><uuid>11111111-1111-4111-8111-111111111111</uuid></owner><portdev name='vnet0'/>` +
		`<mac address='52:54:00:00:00:01'/><filterref filter='f'/></filterbinding>`
	idA = "11111111-1111-4111-8111-111111111111"
	idB = "11111111-1111-4111-8111-111111111112"
)

func ptr[T any](v T) *T { return &v }

// keptScript is that script.
var keptScript = slices.Concat(domainScript, momentScript, networkScript, poolScript, secretScript, filterScript)

var both = uint32(vir.DomainAffectLive | vir.DomainAffectConfig)

func define(name, id string) scriptStep {
	return keptStep("define "+name, rp.DomainDefineXML, func(*session) *rp.DomainDefineXMLArgs {
		return &rp.DomainDefineXMLArgs{XML: fmt.Sprintf(keptDomain, name, id)}
	})
}

var domainScript = []scriptStep{
	define("a", idA), define("b", idB),
	keptStep("autostart", rp.DomainSetAutostart, func(s *session) *rp.DomainSetAutostartArgs {
		return &rp.DomainSetAutostartArgs{Dom: s.dom("a"), Autostart: 1}
	}),
	keptStep("autostart of b", rp.DomainSetAutostart, func(s *session) *rp.DomainSetAutostartArgs {
		return &rp.DomainSetAutostartArgs{Dom: s.dom("b"), Autostart: 1}
	}),
	keptStep("metadata", rp.DomainSetMetadata, func(s *session) *rp.DomainSetMetadataArgs {
		return &rp.DomainSetMetadataArgs{Dom: s.dom("a"), Type: int32(vir.DomainMetadataTitle), Metadata: ptr("a title"), Flags: uint32(vir.DomainAffectConfig)}
	}),
	keptStep("memory", rp.DomainSetMemoryFlags, func(s *session) *rp.DomainSetMemoryFlagsArgs {
		return &rp.DomainSetMemoryFlagsArgs{Dom: s.dom("a"), Memory: 100000, Flags: uint32(vir.DomainAffectConfig)}
	}),
	keptStep("vcpus", rp.DomainSetVcpusFlags, func(s *session) *rp.DomainSetVcpusFlagsArgs {
		return &rp.DomainSetVcpusFlagsArgs{Dom: s.dom("a"), Nvcpus: 3, Flags: uint32(vir.DomainAffectConfig)}
	}),
	keptStep("iothread", rp.DomainAddIOThread, func(s *session) *rp.DomainAddIOThreadArgs {
		return &rp.DomainAddIOThreadArgs{Dom: s.dom("a"), IOThreadID: 7, Flags: uint32(vir.DomainAffectConfig)}
	}),
	keptStep("attach", rp.DomainAttachDeviceFlags, func(s *session) *rp.DomainAttachDeviceFlagsArgs {
		return &rp.DomainAttachDeviceFlagsArgs{Dom: s.dom("a"), XML: "<disk type='file' device='disk'><source file='/c'/><target dev='vdc'/></disk>", Flags: uint32(vir.DomainAffectConfig)}
	}),
	keptStep("start", rp.DomainCreate, func(s *session) *rp.DomainCreateArgs { return &rp.DomainCreateArgs{Dom: s.dom("a")} }),
	keptStep("attach to both", rp.DomainAttachDeviceFlags, func(s *session) *rp.DomainAttachDeviceFlagsArgs {
		return &rp.DomainAttachDeviceFlagsArgs{Dom: s.dom("a"), XML: "<disk type='file' device='disk'><source file='/b'/><target dev='vdb'/></disk>", Flags: both}
	}),
	keptStep("detach from both", rp.DomainDetachDeviceFlags, func(s *session) *rp.DomainDetachDeviceFlagsArgs {
		return &rp.DomainDetachDeviceFlagsArgs{Dom: s.dom("a"), XML: "<disk type='file' device='disk'><source file='/b'/><target dev='vdb'/></disk>", Flags: both}
	}),
	keptStep("metadata of both", rp.DomainSetMetadata, func(s *session) *rp.DomainSetMetadataArgs {
		return &rp.DomainSetMetadataArgs{Dom: s.dom("a"), Type: int32(vir.DomainMetadataDescription), Metadata: ptr("said of both"), Flags: both}
	}),
	keptStep("metadata of the guest", rp.DomainSetMetadata, func(s *session) *rp.DomainSetMetadataArgs {
		return &rp.DomainSetMetadataArgs{Dom: s.dom("a"), Type: int32(vir.DomainMetadataDescription), Metadata: ptr("said of the guest"), Flags: uint32(vir.DomainAffectLive)}
	}),
	define("a", idA), // while it runs
	keptStep("undefine a running one", rp.DomainUndefine, func(s *session) *rp.DomainUndefineArgs { return &rp.DomainUndefineArgs{Dom: s.dom("a")} }),
	define("a", idA),
	keptStep("destroy", rp.DomainDestroy, func(s *session) *rp.DomainDestroyArgs { return &rp.DomainDestroyArgs{Dom: s.dom("a")} }),
	keptStep("no autostart", rp.DomainSetAutostart, func(s *session) *rp.DomainSetAutostartArgs { return &rp.DomainSetAutostartArgs{Dom: s.dom("a")} }),
}

func snapshotStep(name, of string, flags vir.DomainSnapshotCreateFlags) scriptStep {
	return keptStep("snapshot "+name, rp.DomainSnapshotCreateXML, func(s *session) *rp.DomainSnapshotCreateXMLArgs {
		return &rp.DomainSnapshotCreateXMLArgs{Dom: s.dom(of), XMLDesc: "<domainsnapshot><name>" + name + "</name></domainsnapshot>", Flags: uint32(flags)}
	})
}

var momentScript = []scriptStep{
	snapshotStep("s1", "b", 0), snapshotStep("s2", "b", 0), snapshotStep("s3", "b", 0),
	keptStep("rename", rp.DomainRename, func(s *session) *rp.DomainRenameArgs { return &rp.DomainRenameArgs{Dom: s.dom("b"), NewName: ptr("c")} }),
	keptStep("revert", rp.DomainRevertToSnapshot, func(s *session) *rp.DomainRevertToSnapshotArgs {
		return &rp.DomainRevertToSnapshotArgs{Snap: rp.DomainSnapshot{Name: "s2", Dom: s.dom("c")}}
	}),
	keptStep("revert to run", rp.DomainCreate, func(s *session) *rp.DomainCreateArgs { return &rp.DomainCreateArgs{Dom: s.dom("c")} }),
	snapshotStep("s4", "c", 0),
	keptStep("revert a running one", rp.DomainRevertToSnapshot, func(s *session) *rp.DomainRevertToSnapshotArgs {
		return &rp.DomainRevertToSnapshotArgs{Snap: rp.DomainSnapshot{Name: "s4", Dom: s.dom("c")}}
	}),
	{"redefine a snapshot", func(s *session) error {
		r, err := do(s, rp.DomainSnapshotGetXMLDesc, &rp.DomainSnapshotGetXMLDescArgs{Snap: rp.DomainSnapshot{Name: "s3", Dom: s.dom("c")}})
		if err != nil {
			return err
		}
		doc := strings.Replace(r.XML, "<state>", "<description>again</description><state>", 1)
		_, err = do(s, rp.DomainSnapshotCreateXML, &rp.DomainSnapshotCreateXMLArgs{Dom: s.dom("c"), XMLDesc: doc, Flags: uint32(vir.DomainSnapshotCreateRedefine)})
		return err
	}},
	keptStep("delete a snapshot with children", rp.DomainSnapshotDelete, func(s *session) *rp.DomainSnapshotDeleteArgs {
		return &rp.DomainSnapshotDeleteArgs{Snap: rp.DomainSnapshot{Name: "s2", Dom: s.dom("c")}}
	}),
	keptStep("delete a tree", rp.DomainSnapshotDelete, func(s *session) *rp.DomainSnapshotDeleteArgs {
		return &rp.DomainSnapshotDeleteArgs{Snap: rp.DomainSnapshot{Name: "s1", Dom: s.dom("c")}, Flags: uint32(vir.DomainSnapshotDeleteChildrenOnly)}
	}),
	keptStep("destroy c", rp.DomainDestroy, func(s *session) *rp.DomainDestroyArgs { return &rp.DomainDestroyArgs{Dom: s.dom("c")} }),
	keptStep("undefine with snapshots", rp.DomainUndefineFlags, func(s *session) *rp.DomainUndefineFlagsArgs {
		return &rp.DomainUndefineFlagsArgs{Dom: s.dom("c"), Flags: uint32(vir.DomainUndefineSnapshotsMetadata)}
	}),
	keptStep("start for checkpoints", rp.DomainCreate, func(s *session) *rp.DomainCreateArgs { return &rp.DomainCreateArgs{Dom: s.dom("a")} }),
	keptStep("checkpoint", rp.DomainCheckpointCreateXML, func(s *session) *rp.DomainCheckpointCreateXMLArgs {
		return &rp.DomainCheckpointCreateXMLArgs{Dom: s.dom("a"), XMLDesc: "<domaincheckpoint><name>c1</name></domaincheckpoint>"}
	}),
	keptStep("another checkpoint", rp.DomainCheckpointCreateXML, func(s *session) *rp.DomainCheckpointCreateXMLArgs {
		return &rp.DomainCheckpointCreateXMLArgs{Dom: s.dom("a"), XMLDesc: "<domaincheckpoint><name>c2</name></domaincheckpoint>"}
	}),
	keptStep("delete a checkpoint", rp.DomainCheckpointDelete, func(s *session) *rp.DomainCheckpointDeleteArgs {
		return &rp.DomainCheckpointDeleteArgs{Checkpoint: rp.DomainCheckpoint{Name: "c1", Dom: s.dom("a")}}
	}),
}

var networkScript = []scriptStep{
	keptStep("define a network", rp.NetworkDefineXML, func(*session) *rp.NetworkDefineXMLArgs {
		return &rp.NetworkDefineXMLArgs{XML: fmt.Sprintf(keptNetwork, "")}
	}),
	keptStep("autostart of a network", rp.NetworkSetAutostart, func(s *session) *rp.NetworkSetAutostartArgs {
		return &rp.NetworkSetAutostartArgs{Net: s.net("n"), Autostart: 1}
	}),
	keptStep("update a definition", rp.NetworkUpdate, func(s *session) *rp.NetworkUpdateArgs {
		return &rp.NetworkUpdateArgs{Net: s.net("n"), Command: uint32(vir.NetworkUpdateCommandAddLast), Section: uint32(vir.NetworkSectionIPDHCPHost), ParentIndex: -1,
			XML: "<host mac='52:54:00:00:00:09' ip='10.7.0.11'/>", Flags: uint32(vir.NetworkUpdateAffectConfig)}
	}),
	keptStep("start a network", rp.NetworkCreate, func(s *session) *rp.NetworkCreateArgs { return &rp.NetworkCreateArgs{Net: s.net("n")} }),
	keptStep("update a running network", rp.NetworkUpdate, func(s *session) *rp.NetworkUpdateArgs {
		return &rp.NetworkUpdateArgs{Net: s.net("n"), Command: uint32(vir.NetworkUpdateCommandAddLast), Section: uint32(vir.NetworkSectionIPDHCPHost), ParentIndex: -1,
			XML: "<host mac='52:54:00:00:00:0a' ip='10.7.0.12'/>", Flags: uint32(vir.NetworkUpdateAffectLive)}
	}),
	keptStep("update both", rp.NetworkUpdate, func(s *session) *rp.NetworkUpdateArgs {
		return &rp.NetworkUpdateArgs{Net: s.net("n"), Command: uint32(vir.NetworkUpdateCommandAddLast), Section: uint32(vir.NetworkSectionIPDHCPHost), ParentIndex: -1,
			XML: "<host mac='52:54:00:00:00:0b' ip='10.7.0.13'/>", Flags: uint32(vir.NetworkUpdateAffectLive | vir.NetworkUpdateAffectConfig)}
	}),
	keptStep("metadata of a network", rp.NetworkSetMetadata, func(s *session) *rp.NetworkSetMetadataArgs {
		return &rp.NetworkSetMetadataArgs{Network: s.net("n"), Type: int32(vir.NetworkMetadataTitle), Metadata: ptr("title"), Flags: uint32(vir.NetworkUpdateAffectConfig)}
	}),
	keptStep("redefine a running network", rp.NetworkDefineXML, func(*session) *rp.NetworkDefineXMLArgs {
		return &rp.NetworkDefineXMLArgs{XML: fmt.Sprintf(keptNetwork, "<domain name='x'/>")}
	}),
	keptStep("stop a network", rp.NetworkDestroy, func(s *session) *rp.NetworkDestroyArgs { return &rp.NetworkDestroyArgs{Net: s.net("n")} }),
	keptStep("create a network from a document", rp.NetworkCreateXML, func(*session) *rp.NetworkCreateXMLArgs {
		return &rp.NetworkCreateXMLArgs{XML: fmt.Sprintf(keptNetwork, "<domain name='y'/>")}
	}),
	keptStep("stop it again", rp.NetworkDestroy, func(s *session) *rp.NetworkDestroyArgs { return &rp.NetworkDestroyArgs{Net: s.net("n")} }),
	keptStep("undefine a network", rp.NetworkUndefine, func(s *session) *rp.NetworkUndefineArgs { return &rp.NetworkUndefineArgs{Net: s.net("n")} }),
	keptStep("define it again", rp.NetworkDefineXML, func(*session) *rp.NetworkDefineXMLArgs {
		return &rp.NetworkDefineXMLArgs{XML: fmt.Sprintf(keptNetwork, "")}
	}),
}

var poolScript = []scriptStep{
	keptStep("define a pool", rp.StoragePoolDefineXML, func(*session) *rp.StoragePoolDefineXMLArgs {
		return &rp.StoragePoolDefineXMLArgs{XML: fmt.Sprintf(keptPool, "")}
	}),
	keptStep("autostart of a pool", rp.StoragePoolSetAutostart, func(s *session) *rp.StoragePoolSetAutostartArgs {
		return &rp.StoragePoolSetAutostartArgs{Pool: s.pool("p"), Autostart: 1}
	}),
	keptStep("redefine a pool", rp.StoragePoolDefineXML, func(*session) *rp.StoragePoolDefineXMLArgs {
		return &rp.StoragePoolDefineXMLArgs{XML: fmt.Sprintf(keptPool, "2")}
	}),
	keptStep("start a pool", rp.StoragePoolCreate, func(s *session) *rp.StoragePoolCreateArgs { return &rp.StoragePoolCreateArgs{Pool: s.pool("p")} }),
	keptStep("stop a pool", rp.StoragePoolDestroy, func(s *session) *rp.StoragePoolDestroyArgs { return &rp.StoragePoolDestroyArgs{Pool: s.pool("p")} }),
	keptStep("undefine a pool", rp.StoragePoolUndefine, func(s *session) *rp.StoragePoolUndefineArgs { return &rp.StoragePoolUndefineArgs{Pool: s.pool("p")} }),
	keptStep("create a pool from a document", rp.StoragePoolCreateXML, func(*session) *rp.StoragePoolCreateXMLArgs {
		return &rp.StoragePoolCreateXMLArgs{XML: fmt.Sprintf(keptPool, "")}
	}),
	keptStep("define a running pool", rp.StoragePoolDefineXML, func(*session) *rp.StoragePoolDefineXMLArgs {
		return &rp.StoragePoolDefineXMLArgs{XML: fmt.Sprintf(keptPool, "")}
	}),
}

func secretStep(name, ephemeral, description string) scriptStep {
	return keptStep(name, rp.SecretDefineXML, func(*session) *rp.SecretDefineXMLArgs {
		return &rp.SecretDefineXMLArgs{XML: fmt.Sprintf(keptSecret, ephemeral, description)}
	})
}

const secretID = "44444444-1111-4111-8111-111111111111"

var setValue = keptStep("set a value", rp.SecretSetValue, func(*session) *rp.SecretSetValueArgs {
	return &rp.SecretSetValueArgs{Secret: secretArg(secretID), Value: []byte("a\x00value")}
})

var secretScript = []scriptStep{
	secretStep("define a secret", "no", "x"), setValue,
	secretStep("redefine a secret", "no", "y"),
	secretStep("make it ephemeral", "yes", "y"),
	secretStep("make it last", "no", "y"),
	keptStep("undefine a secret", rp.SecretUndefine, func(*session) *rp.SecretUndefineArgs { return &rp.SecretUndefineArgs{Secret: secretArg(secretID)} }),
	secretStep("define an ephemeral secret", "yes", "z"), setValue,
	keptStep("undefine an ephemeral secret", rp.SecretUndefine, func(*session) *rp.SecretUndefineArgs { return &rp.SecretUndefineArgs{Secret: secretArg(secretID)} }),
	secretStep("define it once more", "no", "x"), setValue,
}

func filterStep(name, action string) scriptStep {
	return keptStep(name, rp.NWFilterDefineXML, func(*session) *rp.NWFilterDefineXMLArgs {
		return &rp.NWFilterDefineXMLArgs{XML: fmt.Sprintf(keptFilter, action)}
	})
}

var filterScript = []scriptStep{
	filterStep("define a filter", "drop"),
	keptStep("bind", rp.NWFilterBindingCreateXML, func(*session) *rp.NWFilterBindingCreateXMLArgs {
		return &rp.NWFilterBindingCreateXMLArgs{XML: keptBinding}
	}),
	filterStep("redefine a filter", "accept"),
	keptStep("unbind", rp.NWFilterBindingDelete, func(*session) *rp.NWFilterBindingDeleteArgs {
		return &rp.NWFilterBindingDeleteArgs{NWFilter: rp.NWFilterBinding{Portdev: "vnet0"}}
	}),
	{"undefine a filter", func(s *session) error {
		r, err := do(s, rp.NWFilterLookupByName, &rp.NWFilterLookupByNameArgs{Name: "f"})
		if err != nil {
			return err
		}
		_, err = do(s, rp.NWFilterUndefine, &rp.NWFilterUndefineArgs{NWFilter: r.NWFilter})
		return err
	}},
	filterStep("define it again", "drop"),
	keptStep("bind again", rp.NWFilterBindingCreateXML, func(*session) *rp.NWFilterBindingCreateXMLArgs {
		return &rp.NWFilterBindingCreateXMLArgs{XML: keptBinding}
	}),
}

// After every step, what another daemon finds is what clients saw. A step that
// cannot be kept fails with the keeper's words and changes nothing, whichever
// of its calls it is that fails.
func TestWhatIsKept(t *testing.T) {
	k := newMemoryKeeper()
	s := connect(t, newDaemon(k), "test:///default")
	failures := 0
	for _, st := range keptScript {
		before, content := view(t, s, true), k.content()
		for n := 1; ; n++ {
			k.failAt, k.calls = n, 0
			err := st.do(s)
			swallowed := err == nil && k.failAt <= 0
			k.failAt = 0
			if swallowed {
				t.Fatalf("%s says that all is well although call %d has failed", st.name, n)
			}
			if err == nil {
				break // it makes less than n calls
			}
			if !errors.Is(err, errDisk) {
				t.Fatalf("%s, failing call %d: %v", st.name, n, err)
			}
			failures++
			if d := difference(before, view(t, s, true)); d != "" {
				t.Fatalf("%s has changed something although call %d has failed:\n%s", st.name, n, d)
			}
			if got := k.content(); !reflect.DeepEqual(got, content) {
				t.Fatalf("%s has left something although call %d has failed:\n%v\nwas\n%v", st.name, n, got, content)
			}
		}
		if d := difference(view(t, s, false), view(t, connect(t, newDaemon(k.after()), "test:///default"), false)); d != "" {
			t.Fatalf("%s: another daemon finds something else:\n%s", st.name, d)
		}
	}
	if failures < len(keptScript)/2 {
		t.Errorf("only %d failures in %d steps: most of them were not kept", failures, len(keptScript))
	}
	t.Logf("%d steps, %d failures", len(keptScript), failures)
}

// The same with files.
func TestWhatIsKeptInFiles(t *testing.T) {
	root := t.TempDir()
	s := connect(t, newDaemon(keep.New(keep.System(root))), "test:///default")
	for i, st := range keptScript {
		if err := st.do(s); err != nil {
			t.Fatalf("%s: %v", st.name, err)
		}
		if i%8 != 0 && i != len(keptScript)-1 {
			continue
		}
		if d := difference(view(t, s, false), view(t, connect(t, newDaemon(keep.New(keep.System(root))), "test:///default"), false)); d != "" {
			t.Fatalf("%s: another daemon finds something else:\n%s", st.name, d)
		}
	}
}

// TestUndefineRunning: the mark to start with the host goes with the
// definition, as that of the reference's real guests does.
func TestUndefineRunning(t *testing.T) {
	k := newMemoryKeeper()
	s := connect(t, newDaemon(k), "test:///default")
	d := must(t, s, rp.DomainDefineXML, &rp.DomainDefineXMLArgs{XML: document("runs")}).Dom
	must(t, s, rp.DomainSetAutostart, &rp.DomainSetAutostartArgs{Dom: d, Autostart: 1})
	must(t, s, rp.DomainCreate, &rp.DomainCreateArgs{Dom: d})
	must(t, s, rp.DomainUndefine, &rp.DomainUndefineArgs{Dom: d})
	again := strings.Replace(document("runs"), "<memory>", "<uuid>"+domxml.UUID(d.UUID).String()+"</uuid><memory>", 1)
	check := func(when string) {
		t.Helper()
		if auto := must(t, s, rp.DomainGetAutostart, &rp.DomainGetAutostartArgs{Dom: d}).Autostart; auto != 0 {
			t.Errorf("%s, it starts with the host", when)
		}
	}
	check("transient")
	must(t, s, rp.DomainDefineXML, &rp.DomainDefineXMLArgs{XML: again})
	check("defined again")
	s = connect(t, newDaemon(k), "test:///default")
	check("for the next daemon")
}
