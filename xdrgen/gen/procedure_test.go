package gen_test

import (
	"reflect"
	"testing"

	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/xdr"
	"github.com/govirtd/govirtd/xdrgen/gen/testdata/sample"
)

// TestProcedures checks that what the annotations say is found again.
func TestProcedures(t *testing.T) {
	if want := (proc.Program{Name: "sample", Number: 0x12345678, Version: 3}); sample.Program != want {
		t.Errorf("program %+v", sample.Program)
	}
	want := []proc.Info{
		{
			Number: 1, Name: "do", API: "virDo", HighPriority: true,
			ACL:       []proc.Access{{Object: "thing", Permission: "read"}, {Object: "thing", Permission: "read_secure", Condition: "SAMPLE_SECURE"}},
			ACLFilter: []proc.Access{{Object: "thing", Permission: "getattr"}},
			ReadOnly:  proc.ReadOnlyDenyIf, ReadOnlyIf: "flags & (SAMPLE_SECURE | SAMPLE_OTHER)",
			Since: "1.0.0", ArgsName: "sample_do_args", RetName: "sample_do_ret",
		},
		{Number: 2, Name: "happened", Kind: proc.KindEvent, ArgsName: "sample_happened_msg"},
		{
			Number: 3, Name: "read", API: "virRead", Kind: proc.KindStream, Stream: proc.WriteStream, StreamArg: 1, SparseFlag: 8,
			ReadOnly: proc.ReadOnlyDenyIf, ReadOnlyIf: "source == SAMPLE_SECURE", ArgsName: "sample_read_args",
		},
		{Number: 4, Name: "stop", API: "virStop", ReadOnly: proc.ReadOnlyDeny, ArgsName: "sample_stop_args"},
		{Number: 5, Name: "wait", API: "virWait"},
	}
	if len(sample.Procedures) != len(want) {
		t.Fatalf("%d procedures", len(sample.Procedures))
	}
	for i, p := range sample.Procedures {
		got := *p
		got.Program, got.DenyIf, got.NewArgs, got.NewRet = nil, nil, nil, nil
		if !reflect.DeepEqual(got, want[i]) {
			t.Errorf("procedure %d:\n%+v, want\n%+v", p.Number, got, want[i])
		}
		if p.Program != &sample.Program {
			t.Errorf("%s is of another program", p.Name)
		}
		if p.DenyIf == nil != (p.ReadOnly != proc.ReadOnlyDenyIf) {
			t.Errorf("%s: read-only rule and condition do not agree", p.Name)
		}
	}
	if sample.ProcHappened != 2 || sample.Happened.Number != 2 {
		t.Error("the number of an event")
	}
}

func TestDenyIf(t *testing.T) {
	for flags, want := range map[uint32]bool{0: false, 1: true, 2: false, 8: true, 9: true, 6: false} {
		if got := sample.Do.DenyIf(&sample.DoArgs{Flags: flags}); got != want {
			t.Errorf("flags %d: %v", flags, got)
		}
	}
	for source, want := range map[uint32]bool{0: false, 1: true, 3: false} {
		if got := sample.Read.DenyIf(&sample.ReadArgs{Source: source}); got != want {
			t.Errorf("source %d: %v", source, got)
		}
	}
}

// TestTypes checks that the typed value leads to the right codecs.
func TestTypes(t *testing.T) {
	b, err := sample.Read.AppendArgs(nil, &sample.ReadArgs{Source: 7, Flags: -1})
	if err != nil || len(b) != 12 {
		t.Fatalf("%x, %v", b, err)
	}
	var a sample.ReadArgs
	r := xdr.NewReader(b)
	if sample.Read.DecodeArgs(r, &a); r.Err() != nil || a != (sample.ReadArgs{Source: 7, Flags: -1}) {
		t.Errorf("%+v, %v", a, r.Err())
	}
	if _, ok := sample.Do.NewRet().(*sample.DoRet); !ok {
		t.Errorf("the result of do is %T", sample.Do.NewRet())
	}
	if _, ok := sample.Wait.NewArgs().(*proc.Void); !ok {
		t.Errorf("the argument of wait is %T", sample.Wait.NewArgs())
	}
}

// TestAccessors checks which arguments show their object and their flags:
// only those that begin with a struct, and only unsigned flags.
func TestAccessors(t *testing.T) {
	stop := &sample.StopArgs{}
	if stop.ThingRef() != &stop.Thing {
		t.Error("the object is not that of the arguments")
	}
	if got := (&sample.DoArgs{Flags: 9}).FlagBits(); got != 9 {
		t.Errorf("flags %d", got)
	}
	type flagger interface{ FlagBits() uint32 }
	for _, v := range []any{stop, &sample.ReadArgs{}, &sample.DoRet{}} {
		if _, ok := v.(flagger); ok {
			t.Errorf("%T has flags", v)
		}
	}
	if _, ok := any(&sample.DoArgs{}).(interface{ ValueRef() *sample.Value }); ok {
		t.Error("a union is taken for an object")
	}
}

func TestEnumText(t *testing.T) {
	for v, want := range map[sample.Colour]string{sample.Red: "SAMPLE_RED", sample.Blue: "SAMPLE_BLUE", 5: "Colour(5)", -1: "Colour(-1)"} {
		if got := v.String(); got != want {
			t.Errorf("%d: %s", v, got)
		}
		if got, want := v.Valid(), want[0] == 'S'; got != want {
			t.Errorf("%d: valid %v", v, got)
		}
	}
}
