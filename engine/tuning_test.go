package engine_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
	"github.com/govirtd/govirtd/protocol/xdr"
)

// tuningStep is one recorded call of testdata/observed/tuning.json.
type tuningStep struct {
	Do             string
	Args           map[string]any
	OK             any
	Error          any
	Live, Inactive []string
	Events         [][]any
}

// TestTuning makes the recorded calls that change a domain and compares every
// answer, what the documents say afterwards, and the events.
func TestTuning(t *testing.T) {
	b, err := os.ReadFile(filepath.Join("..", "testdata", "observed", "tuning.json"))
	if err != nil {
		t.Fatal(err)
	}
	var parts map[string]json.RawMessage
	if err := json.Unmarshal(b, &parts); err != nil {
		t.Fatal(err)
	}
	var document string
	if err := json.Unmarshal(parts["document"], &document); err != nil {
		t.Fatal(err)
	}
	total := 0
	for name, raw := range parts {
		if name == "about" || name == "formats" || name == "document" {
			continue
		}
		var part struct {
			Pattern          string
			Shutoff, Running []tuningStep
		}
		exact := json.NewDecoder(bytes.NewReader(raw))
		exact.UseNumber()
		if err := exact.Decode(&part); err != nil {
			t.Fatal(err)
		}
		pattern := regexp.MustCompile("(?s)" + part.Pattern)
		total += len(part.Shutoff) + len(part.Running)
		t.Run(name+" shutoff", func(t *testing.T) { replay(t, document, pattern, part.Shutoff, false) })
		t.Run(name+" running", func(t *testing.T) { replay(t, document, pattern, part.Running, true) })
	}
	if total < 700 {
		t.Errorf("only %d calls are recorded", total)
	}
}

func replay(t *testing.T, document string, pattern *regexp.Regexp, steps []tuningStep, running bool) {
	s := connect(t, newEngine(true), "test:///default")
	dom := must(t, s, remoteproto.DomainDefineXML, &remoteproto.DomainDefineXMLArgs{XML: document}).Dom
	if running {
		must(t, s, remoteproto.DomainCreate, &remoteproto.DomainCreateArgs{Dom: dom})
	}
	for _, id := range []vir.DomainEventID{vir.DomainEventIDLifecycle, vir.DomainEventIDDeviceRemoved} {
		must(t, s, remoteproto.ConnectDomainEventCallbackRegisterAny, &remoteproto.ConnectDomainEventCallbackRegisterAnyArgs{EventID: int32(id)})
	}
	var live, inactive []string
	for i, step := range steps {
		got, failed := callNamed(t, s, step.Do, dom, step.Args)
		if want := shortError(step.Error); !reflect.DeepEqual(failed, want) {
			t.Errorf("%d %s %v: got error %v, want %v", i, step.Do, step.Args, failed, want)
		}
		if step.OK != nil && !reflect.DeepEqual(got, plainKeys(step.OK)) {
			t.Errorf("%d %s %v:\ngot  %v\nwant %v", i, step.Do, step.Args, got, step.OK)
		}
		for _, form := range []struct {
			flags    vir.DomainXMLFlags
			recorded []string
			last     *[]string
		}{{0, step.Live, &live}, {vir.DomainXMLInactive, step.Inactive, &inactive}} {
			if form.recorded != nil {
				*form.last = form.recorded
			}
			x := must(t, s, remoteproto.DomainGetXMLDesc, &remoteproto.DomainGetXMLDescArgs{Dom: dom, Flags: uint32(form.flags)}).XML
			found := pattern.FindAllString(x, -1)
			// Before the first change that is recorded anything may be there.
			if *form.last != nil && strings.Join(found, "\n") != strings.Join(*form.last, "\n") {
				t.Fatalf("%d %s %v, document with flags %d:\ngot  %s\nwant %s", i, step.Do, step.Args, form.flags, found, *form.last)
			}
		}
		var events [][]any
		for _, e := range s.take() {
			events = append(events, shortEvent(t, e))
		}
		if !reflect.DeepEqual(events, step.Events) {
			t.Errorf("%d %s %v: events %v, want %v", i, step.Do, step.Args, events, step.Events)
		}
	}
}

// shortEvent is an event as the recording has it: its name, the domain, what
// else it says.
func shortEvent(t *testing.T, e emitted) []any {
	t.Helper()
	r := xdr.NewReader(e.body)
	var dom remoteproto.Domain
	var rest []any
	switch e.info {
	case remoteproto.DomainEventCallbackDeviceRemoved.Info:
		var m remoteproto.DomainEventCallbackDeviceRemovedMsg
		m.DecodeXDR(r)
		dom, rest = m.Msg.Dom, []any{m.Msg.DevAlias}
	case remoteproto.DomainEventCallbackLifecycle.Info:
		var m remoteproto.DomainEventCallbackLifecycleMsg
		m.DecodeXDR(r)
		dom, rest = m.Msg.Dom, []any{number(int64(m.Msg.Event)), number(int64(m.Msg.Detail))}
	default:
		t.Fatalf("event %s", e.info.Name)
	}
	name := strings.TrimPrefix(e.info.Name, "domain_event_callback_")
	return append([]any{name, dom.Name, number(int64(dom.ID))}, rest...)
}

// shortError is a recorded error as code, domain and message.
func shortError(v any) []any {
	switch e := v.(type) {
	case []any:
		return e[:3]
	case map[string]any:
		return []any{e["code"], e["domain"], e["message"]}
	}
	return nil
}

// callNamed makes a call about a domain whose arguments come from JSON.
func callNamed(t *testing.T, s *session, name string, dom remoteproto.Domain, args map[string]any) (result any, failed []any) {
	t.Helper()
	var info *proc.Info
	for _, p := range remoteproto.Procedures {
		if p.Name == name {
			info = p
		}
	}
	a := info.NewArgs()
	v := reflect.ValueOf(a).Elem()
	v.FieldByName("Dom").Set(reflect.ValueOf(dom))
	for field, value := range args {
		fromJSON(fieldNamed(t, v, field), value)
	}
	body, err := a.(interface{ AppendXDR([]byte) ([]byte, error) }).AppendXDR(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := proc.NewCall(s, info, 0, nil)
	out, err := s.engine.Table().Handler(info.Program.Number, info.Number).Serve(context.Background(), c, body, nil)
	c.Release()
	if err != nil {
		var e *vir.Error
		if !errors.As(err, &e) {
			t.Fatal(err)
		}
		return nil, []any{number(int64(e.Code)), number(int64(e.Domain)), e.Message}
	}
	r := info.NewRet()
	if err := proc.Decode(out, r); err != nil {
		t.Fatal(err)
	}
	return toJSON(reflect.ValueOf(r).Elem()), nil
}

// fieldNamed finds the field that the protocol calls name.
func fieldNamed(t *testing.T, v reflect.Value, name string) reflect.Value {
	t.Helper()
	plain := strings.ToLower(strings.ReplaceAll(name, "_", ""))
	f := v.FieldByNameFunc(func(s string) bool { return strings.ToLower(s) == plain })
	if !f.IsValid() {
		t.Fatalf("%s has no field %s", v.Type(), name)
	}
	return f
}

func fromJSON(f reflect.Value, v any) {
	switch x := f.Addr().Interface().(type) {
	case *[]byte:
		*x, _ = hex.DecodeString(v.(string))
		return
	case *[]remoteproto.TypedParam:
		for _, p := range v.([]any) {
			m := p.(map[string]any)
			pair := m["value"].([]any)
			*x = append(*x, remoteproto.TypedParam{Field: m["field"].(string), Value: typedValue(pair[0].(json.Number), pair[1])})
		}
		return
	}
	switch f.Kind() {
	case reflect.Pointer:
		if v != nil {
			f.Set(reflect.New(f.Type().Elem()))
			fromJSON(f.Elem(), v)
		}
	case reflect.String:
		f.SetString(v.(string))
	case reflect.Uint32, reflect.Uint64:
		n, _ := strconv.ParseUint(v.(json.Number).String(), 10, 64)
		f.SetUint(n)
	default:
		n, _ := v.(json.Number).Int64()
		f.SetInt(n)
	}
}

func number[T int64 | uint64](n T) json.Number {
	b, _ := json.Marshal(n)
	return json.Number(b)
}

// typedField is the field of a typed parameter's value for its type.
func typedField(v *remoteproto.TypedParamValue) reflect.Value {
	names := []string{"", "I", "Ui", "L", "Ul", "D", "B", "S"}
	return reflect.ValueOf(v).Elem().FieldByName(names[v.Type])
}

func typedValue(typ json.Number, v any) (out remoteproto.TypedParamValue) {
	n, _ := typ.Int64()
	out.Type = int32(n)
	fromJSON(typedField(&out), v)
	return out
}

// clock is a figure that the recording has blanked.
const clock = "cputime"

// toJSON is a value as the recording has it, with the keys of plainKeys.
func toJSON(v reflect.Value) any {
	switch x := v.Addr().Interface().(type) {
	case *[]byte:
		return hex.EncodeToString(*x)
	case *remoteproto.TypedParamValue:
		return []any{number(int64(x.Type)), toJSON(typedField(x))}
	}
	switch v.Kind() {
	case reflect.Struct:
		m := map[string]any{}
		for i := range v.NumField() {
			if name := strings.ToLower(v.Type().Field(i).Name); name != clock {
				m[name] = toJSON(v.Field(i))
			}
		}
		return m
	case reflect.Slice:
		list := []any{}
		for i := range v.Len() {
			list = append(list, toJSON(v.Index(i)))
		}
		return list
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return toJSON(v.Elem())
	case reflect.String:
		return v.String()
	case reflect.Uint32, reflect.Uint64:
		return number(v.Uint())
	}
	return number(v.Int())
}

// plainKeys is a recorded value with keys in the form of Go's names, and
// without clocks.
func plainKeys(v any) any {
	switch x := v.(type) {
	case []any:
		out := []any{}
		for _, e := range x {
			out = append(out, plainKeys(e))
		}
		return out
	case map[string]any:
		m := map[string]any{}
		for k, e := range x {
			if k = strings.ToLower(strings.ReplaceAll(k, "_", "")); k != clock {
				m[k] = plainKeys(e)
			}
		}
		return m
	}
	return v
}
