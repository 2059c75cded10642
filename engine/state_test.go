package engine_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
	"github.com/govirtd/govirtd/protocol/xdr"
)

// observed is one cell of the recorded matrix: a verb on a domain in a state.
type observed struct {
	Error  json.RawMessage
	Events [][]any
	Then   []any // state, reason, id, persistent, managed save
}

const (
	fullName = "full"
	fullXML  = `<domain type='test'><name>full</name><uuid>11111111-1111-4111-8111-111111111111</uuid>
<memory unit='KiB'>2097152</memory><vcpu>4</vcpu><os><type>hvm</type></os></domain>`
)

func fullRef() remoteproto.Domain {
	return remoteproto.Domain{Name: fullName, ID: -1, UUID: remoteproto.UUID{
		0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x41, 0x11, 0x81, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11}}
}

// step is a call about the domain "full".
type step func(s *session) error

func ask[A, R any](p *proc.Proc[A, R], a A) step {
	return func(s *session) error {
		_, err := do(s, p, &a)
		return err
	}
}

// matrixStates lead a fresh world into the states of the recorded matrix.
func matrixStates() map[string][]step {
	dom := fullRef()
	define := ask(remoteproto.DomainDefineXML, remoteproto.DomainDefineXMLArgs{XML: fullXML})
	create := ask(remoteproto.DomainCreate, remoteproto.DomainCreateArgs{Dom: dom})
	createXML := ask(remoteproto.DomainCreateXML, remoteproto.DomainCreateXMLArgs{XMLDesc: fullXML})
	suspend := ask(remoteproto.DomainSuspend, remoteproto.DomainSuspendArgs{Dom: dom})
	return map[string][]step{
		"shutoff":           {define},
		"running":           {define, create},
		"paused":            {define, create, suspend},
		"saved":             {define, create, ask(remoteproto.DomainManagedSave, remoteproto.DomainManagedSaveArgs{Dom: dom})},
		"shutoff-autostart": {define, ask(remoteproto.DomainSetAutostart, remoteproto.DomainSetAutostartArgs{Dom: dom, Autostart: 1})},
		"shutoff-crashed": {define, create, ask(remoteproto.DomainCoreDump, remoteproto.DomainCoreDumpArgs{
			Dom: dom, To: os.DevNull, Flags: uint32(vir.DumpCrash)})},
		"transient-running": {createXML},
		"transient-paused":  {createXML, suspend},
		"undefined-running": {define, create, ask(remoteproto.DomainUndefine, remoteproto.DomainUndefineArgs{Dom: dom})},
		"absent":            {},
	}
}

// matrixVerbs are the calls of the recorded matrix that change a domain's life.
func matrixVerbs(dir string) map[string]step {
	dom := fullRef()
	v := map[string]step{
		"create":                ask(remoteproto.DomainCreate, remoteproto.DomainCreateArgs{Dom: dom}),
		"create_with_flags 0x0": ask(remoteproto.DomainCreateWithFlags, remoteproto.DomainCreateWithFlagsArgs{Dom: dom}),
		"create_with_flags 0x1": ask(remoteproto.DomainCreateWithFlags, remoteproto.DomainCreateWithFlagsArgs{Dom: dom, Flags: 1}),
		"create_xml 0x0":        ask(remoteproto.DomainCreateXML, remoteproto.DomainCreateXMLArgs{XMLDesc: fullXML}),
		"define_xml":            ask(remoteproto.DomainDefineXML, remoteproto.DomainDefineXMLArgs{XML: fullXML}),
		"suspend":               ask(remoteproto.DomainSuspend, remoteproto.DomainSuspendArgs{Dom: dom}),
		"resume":                ask(remoteproto.DomainResume, remoteproto.DomainResumeArgs{Dom: dom}),
		"shutdown":              ask(remoteproto.DomainShutdown, remoteproto.DomainShutdownArgs{Dom: dom}),
		"shutdown_flags 0x1":    ask(remoteproto.DomainShutdownFlags, remoteproto.DomainShutdownFlagsArgs{Dom: dom, Flags: 1}),
		"destroy":               ask(remoteproto.DomainDestroy, remoteproto.DomainDestroyArgs{Dom: dom}),
		"undefine":              ask(remoteproto.DomainUndefine, remoteproto.DomainUndefineArgs{Dom: dom}),
		"save":                  ask(remoteproto.DomainSave, remoteproto.DomainSaveArgs{Dom: dom, To: filepath.Join(dir, "save")}),
		"managed_save_remove":   ask(remoteproto.DomainManagedSaveRemove, remoteproto.DomainManagedSaveRemoveArgs{Dom: dom}),
		"set_autostart 1":       ask(remoteproto.DomainSetAutostart, remoteproto.DomainSetAutostartArgs{Dom: dom, Autostart: 1}),
		"set_memory":            ask(remoteproto.DomainSetMemory, remoteproto.DomainSetMemoryArgs{Dom: dom, Memory: 524288}),
		"set_vcpus":             ask(remoteproto.DomainSetVcpus, remoteproto.DomainSetVcpusArgs{Dom: dom, Nvcpus: 3}),
		"inject_nmi":            ask(remoteproto.DomainInjectNMI, remoteproto.DomainInjectNMIArgs{Dom: dom}),
		"get_time":              ask(remoteproto.DomainGetTime, remoteproto.DomainGetTimeArgs{Dom: dom}),
		"set_time":              ask(remoteproto.DomainSetTime, remoteproto.DomainSetTimeArgs{Dom: dom, Seconds: 5}),
		"set_lifecycle_action 0x1": ask(remoteproto.DomainSetLifecycleAction, remoteproto.DomainSetLifecycleActionArgs{
			Dom: dom, Type: 1, Flags: 1}),
	}
	for flags, label := range map[uint32]string{0: "0x0", 1: "0x1", 2: "0x2", 3: "0x3", 4: "0x4", 6: "0x6", 8: "0x8", 16: "0x10", 32: "0x20"} {
		v["reboot "+label] = ask(remoteproto.DomainReboot, remoteproto.DomainRebootArgs{Dom: dom, Flags: flags})
		v["reset "+label] = ask(remoteproto.DomainReset, remoteproto.DomainResetArgs{Dom: dom, Flags: flags})
		v["destroy_flags "+label] = ask(remoteproto.DomainDestroyFlags, remoteproto.DomainDestroyFlagsArgs{Dom: dom, Flags: flags})
		v["undefine_flags "+label] = ask(remoteproto.DomainUndefineFlags, remoteproto.DomainUndefineFlagsArgs{Dom: dom, Flags: flags})
		v["managed_save "+label] = ask(remoteproto.DomainManagedSave, remoteproto.DomainManagedSaveArgs{Dom: dom, Flags: flags})
		v["core_dump "+label] = ask(remoteproto.DomainCoreDump, remoteproto.DomainCoreDumpArgs{Dom: dom, To: filepath.Join(dir, "core"), Flags: flags})
		v["set_memory_flags "+label] = ask(remoteproto.DomainSetMemoryFlags, remoteproto.DomainSetMemoryFlagsArgs{Dom: dom, Memory: 524288, Flags: flags})
		v["set_vcpus_flags "+label] = ask(remoteproto.DomainSetVcpusFlags, remoteproto.DomainSetVcpusFlagsArgs{Dom: dom, Nvcpus: 3, Flags: flags})
	}
	return v
}

// TestMatrix does every verb in every state and compares with what libvirtd
// 11.3.0 did: the error, the events with their ids, the state afterwards.
func TestMatrix(t *testing.T) {
	b, err := os.ReadFile("../testdata/observed/sequences.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Matrix map[string]map[string]observed
	}
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	e, verbs, cells := newEngine(true), matrixVerbs(t.TempDir()), 0
	for state, steps := range matrixStates() {
		for label, verb := range verbs {
			want, ok := file.Matrix[state][label]
			if !ok {
				continue // a flag that was not tried
			}
			cells++
			s := connect(t, e, "test:///default")
			must(t, s, remoteproto.ConnectDomainEventCallbackRegisterAny, &remoteproto.ConnectDomainEventCallbackRegisterAnyArgs{})
			for _, f := range steps {
				if err := f(s); err != nil {
					t.Fatalf("%s: %v", state, err)
				}
			}
			s.take()
			err := verb(s)
			checkCell(t, state+", "+label, want, err, lifecycleEvents(t, s.take()), look(t, s))
			s.end()
		}
	}
	if cells < 600 {
		t.Errorf("only %d cells", cells)
	}
}

func checkCell(t *testing.T, cell string, want observed, err error, events [][]any, then []any) {
	t.Helper()
	if wantErr := errorText(t, want.Error); wantErr != errText(err) {
		t.Errorf("%s: error %q, want %q", cell, errText(err), wantErr)
	}
	if len(events)+len(want.Events) > 0 && !reflect.DeepEqual(events, want.Events) {
		t.Errorf("%s: events %v, want %v", cell, events, want.Events)
	}
	if !reflect.DeepEqual(then, want.Then) {
		t.Errorf("%s: then %v, want %v", cell, then, want.Then)
	}
}

// errorText is the message of a recorded error: the third of a list.
func errorText(t *testing.T, raw json.RawMessage) string {
	if len(raw) == 0 {
		return ""
	}
	var list []any
	if err := json.Unmarshal(raw, &list); err != nil {
		t.Fatal(err)
	}
	return list[2].(string)
}

func errText(err error) string {
	var e *vir.Error
	if errors.As(err, &e) {
		return e.Message
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// lifecycleEvents are events as the recording has them.
func lifecycleEvents(t *testing.T, list []emitted) (out [][]any) {
	for _, ev := range list {
		var m remoteproto.DomainEventCallbackLifecycleMsg
		r := xdr.NewReader(ev.body)
		m.DecodeXDR(r)
		if r.Err() != nil || !strings.HasSuffix(ev.info.Name, "callback_lifecycle") {
			t.Fatalf("%s: %v", ev.info.Name, r.Err())
		}
		d := m.Msg.Dom
		out = append(out, []any{"lifecycle", d.Name, float64(d.ID), float64(m.Msg.Event), float64(m.Msg.Detail)})
	}
	return out
}

// look is the state of the domain as the recording has it.
func look(t *testing.T, s *session) []any {
	t.Helper()
	r, err := do(s, remoteproto.DomainLookupByUUID, &remoteproto.DomainLookupByUUIDArgs{UUID: fullRef().UUID})
	if err != nil {
		return nil
	}
	st := must(t, s, remoteproto.DomainGetState, &remoteproto.DomainGetStateArgs{Dom: r.Dom})
	p := must(t, s, remoteproto.DomainIsPersistent, &remoteproto.DomainIsPersistentArgs{Dom: r.Dom}).Persistent
	m := must(t, s, remoteproto.DomainHasManagedSaveImage, &remoteproto.DomainHasManagedSaveImageArgs{Dom: r.Dom}).Result
	out := []any{float64(st.State), float64(st.Reason), float64(r.Dom.ID), float64(p), float64(m)}
	if r.Dom.Name != fullName {
		out = append(out, r.Dom.Name)
	}
	return out
}
