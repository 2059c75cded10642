package engine_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
	"github.com/govirtd/govirtd/protocol/xdr"
)

// objectStep is one step of a recorded sequence: what was done, and what
// libvirtd 11.3.0 answered and told.
type objectStep struct {
	Do     string
	Args   []string
	OK     *string
	Error  []any
	Events []string
}

// objects calls procedures about objects beside domains by the names that the
// recordings have for them.
type objects struct {
	t *testing.T
	s *session
	// references that a client has got, which outlive the objects
	filters map[string]remoteproto.NWFilter
}

func sorted(list []string) string {
	slices.Sort(list)
	return strings.Join(list, " ")
}

// flags is the argument of that index, 0 where there is none.
func flags(args []string, i int) uint32 {
	if i >= len(args) {
		return 0
	}
	n, err := strconv.ParseUint(args[i], 10, 32)
	if err != nil {
		panic(err)
	}
	return uint32(n)
}

func secretRef(s remoteproto.Secret) string {
	return fmt.Sprintf("%s %d %s", domxml.UUID(s.UUID), s.UsageType, s.UsageID)
}

func secretArg(s string) remoteproto.Secret {
	u, _ := domxml.ParseUUID(s)
	return remoteproto.Secret{UUID: remoteproto.UUID(u)}
}

// call makes a call whose answer text is made by text.
func call[A, R any](o *objects, p *proc.Proc[A, R], a *A, text func(*R) string) (string, error) {
	r, err := do(o.s, p, a)
	if err != nil {
		return "", err
	}
	return text(r), nil
}

// obey makes a call without an answer.
func obey[A any](o *objects, p *proc.Proc[A, proc.Void], a *A) (string, error) {
	_, err := do(o.s, p, a)
	return "0", err
}

func (o *objects) filter(name string) remoteproto.NWFilter {
	if _, ok := o.filters[name]; !ok {
		r := must(o.t, o.s, remoteproto.NWFilterLookupByName, &remoteproto.NWFilterLookupByNameArgs{Name: name})
		o.filters[name] = r.NWFilter
	}
	return o.filters[name]
}

func (o *objects) filterRef(f remoteproto.NWFilter) string {
	o.filters[f.Name] = f
	return f.Name + " " + domxml.UUID(f.UUID).String()
}

func bindingArg(port string) remoteproto.NWFilterBinding {
	return remoteproto.NWFilterBinding{Portdev: port}
}

func bindingRef(b remoteproto.NWFilterBinding) string { return b.Portdev + " " + b.Filtername }

// do takes one step about network filters or secrets.
func (o *objects) do(st objectStep) (string, error) {
	a := st.Args
	switch st.Do {
	case "filter-define":
		return call(o, remoteproto.NWFilterDefineXML, &remoteproto.NWFilterDefineXMLArgs{XML: a[0]},
			func(r *remoteproto.NWFilterDefineXMLRet) string { return o.filterRef(r.NWFilter) })
	case "filter-define-flags":
		return call(o, remoteproto.NWFilterDefineXMLFlags, &remoteproto.NWFilterDefineXMLFlagsArgs{XML: a[1], Flags: flags(a, 0)},
			func(r *remoteproto.NWFilterDefineXMLFlagsRet) string { return o.filterRef(r.NWFilter) })
	case "filter-xml":
		return call(o, remoteproto.NWFilterGetXMLDesc, &remoteproto.NWFilterGetXMLDescArgs{NWFilter: o.filter(a[0]), Flags: flags(a, 1)},
			func(r *remoteproto.NWFilterGetXMLDescRet) string { return r.XML })
	case "filter-undefine":
		return obey(o, remoteproto.NWFilterUndefine, &remoteproto.NWFilterUndefineArgs{NWFilter: o.filter(a[0])})
	case "filter-lookup":
		return call(o, remoteproto.NWFilterLookupByName, &remoteproto.NWFilterLookupByNameArgs{Name: a[0]},
			func(r *remoteproto.NWFilterLookupByNameRet) string { return domxml.UUID(r.NWFilter.UUID).String() })
	case "filter-lookup-uuid":
		u, _ := domxml.ParseUUID(a[0])
		return call(o, remoteproto.NWFilterLookupByUUID, &remoteproto.NWFilterLookupByUUIDArgs{UUID: remoteproto.UUID(u)},
			func(r *remoteproto.NWFilterLookupByUUIDRet) string { return r.NWFilter.Name })
	case "filter-list":
		return call(o, remoteproto.ConnectListAllNWFilters, &remoteproto.ConnectListAllNWFiltersArgs{NeedResults: 1, Flags: flags(a, 0)},
			func(r *remoteproto.ConnectListAllNWFiltersRet) string {
				var l []string
				for _, f := range r.Filters {
					l = append(l, f.Name)
				}
				return sorted(l)
			})
	case "filter-names":
		n := must(o.t, o.s, remoteproto.ConnectNumOfNWFilters, &proc.Void{}).Num
		return call(o, remoteproto.ConnectListNWFilters, &remoteproto.ConnectListNWFiltersArgs{Maxnames: n},
			func(r *remoteproto.ConnectListNWFiltersRet) string { return fmt.Sprintf("%s %d", sorted(r.Names), n) })
	case "bind":
		return call(o, remoteproto.NWFilterBindingCreateXML, &remoteproto.NWFilterBindingCreateXMLArgs{XML: a[0], Flags: flags(a, 1)},
			func(r *remoteproto.NWFilterBindingCreateXMLRet) string { return bindingRef(r.NWFilter) })
	case "bind-xml":
		return call(o, remoteproto.NWFilterBindingGetXMLDesc, &remoteproto.NWFilterBindingGetXMLDescArgs{NWFilter: bindingArg(a[0]), Flags: flags(a, 1)},
			func(r *remoteproto.NWFilterBindingGetXMLDescRet) string { return r.XML })
	case "unbind":
		return obey(o, remoteproto.NWFilterBindingDelete, &remoteproto.NWFilterBindingDeleteArgs{NWFilter: bindingArg(a[0])})
	case "bind-lookup":
		return call(o, remoteproto.NWFilterBindingLookupByPortDev, &remoteproto.NWFilterBindingLookupByPortDevArgs{Name: a[0]},
			func(r *remoteproto.NWFilterBindingLookupByPortDevRet) string { return r.NWFilter.Filtername })
	case "bind-list":
		return call(o, remoteproto.ConnectListAllNWFilterBindings, &remoteproto.ConnectListAllNWFilterBindingsArgs{NeedResults: 1, Flags: flags(a, 0)},
			func(r *remoteproto.ConnectListAllNWFilterBindingsRet) string {
				var l []string
				for _, b := range r.Bindings {
					l = append(l, b.Portdev+"="+b.Filtername)
				}
				return sorted(l)
			})
	case "secret-define":
		return call(o, remoteproto.SecretDefineXML, &remoteproto.SecretDefineXMLArgs{XML: a[0], Flags: flags(a, 1)},
			func(r *remoteproto.SecretDefineXMLRet) string { return secretRef(r.Secret) })
	case "secret-set":
		return obey(o, remoteproto.SecretSetValue, &remoteproto.SecretSetValueArgs{Secret: secretArg(a[0]), Value: []byte(a[1]), Flags: flags(a, 2)})
	case "secret-get":
		return call(o, remoteproto.SecretGetValue, &remoteproto.SecretGetValueArgs{Secret: secretArg(a[0]), Flags: flags(a, 1)},
			func(r *remoteproto.SecretGetValueRet) string { return string(r.Value) })
	case "secret-xml":
		return call(o, remoteproto.SecretGetXMLDesc, &remoteproto.SecretGetXMLDescArgs{Secret: secretArg(a[0]), Flags: flags(a, 1)},
			func(r *remoteproto.SecretGetXMLDescRet) string { return r.XML })
	case "secret-undefine":
		return obey(o, remoteproto.SecretUndefine, &remoteproto.SecretUndefineArgs{Secret: secretArg(a[0])})
	case "secret-usage":
		n, _ := strconv.Atoi(a[0])
		return call(o, remoteproto.SecretLookupByUsage, &remoteproto.SecretLookupByUsageArgs{UsageType: int32(n), UsageID: a[1]},
			func(r *remoteproto.SecretLookupByUsageRet) string { return secretRef(r.Secret) })
	case "secret-lookup":
		return call(o, remoteproto.SecretLookupByUUID, &remoteproto.SecretLookupByUUIDArgs{UUID: secretArg(a[0]).UUID},
			func(r *remoteproto.SecretLookupByUUIDRet) string { return secretRef(r.Secret) })
	case "secret-list":
		return call(o, remoteproto.ConnectListAllSecrets, &remoteproto.ConnectListAllSecretsArgs{NeedResults: 1, Flags: flags(a, 0)},
			func(r *remoteproto.ConnectListAllSecretsRet) string {
				var l []string
				for _, s := range r.Secrets {
					l = append(l, domxml.UUID(s.UUID).String())
				}
				return sorted(l)
			})
	case "secret-uuids":
		n := must(o.t, o.s, remoteproto.ConnectNumOfSecrets, &proc.Void{}).Num
		return call(o, remoteproto.ConnectListSecrets, &remoteproto.ConnectListSecretsArgs{Maxuuids: n},
			func(r *remoteproto.ConnectListSecretsRet) string { return fmt.Sprintf("%s %d", sorted(r.UUIDs), n) })
	}
	return o.doHost(st)
}

// replay takes the steps of a recording and compares.
func (o *objects) replay(path string) {
	f, err := os.Open(path)
	if err != nil {
		o.t.Fatal(err)
	}
	defer f.Close()
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<20)
	n := 0
	for sc.Scan() {
		var st objectStep
		if err := json.Unmarshal(sc.Bytes(), &st); err != nil {
			o.t.Fatal(err)
		}
		n++
		got, err := o.do(st)
		want := fmt.Sprint(st.Error)
		if st.OK != nil {
			want = *st.OK
		}
		if err != nil {
			var e *vir.Error
			if !errors.As(err, &e) {
				o.t.Fatalf("step %d: %v", n, err)
			}
			got = fmt.Sprint([]any{float64(e.Code), float64(e.Domain), e.Message})
		}
		if foreseeable(got) != foreseeable(want) {
			o.t.Errorf("step %d, %s %q:\n got %s\nwant %s", n, st.Do, st.Args, got, want)
		}
		if events := fmt.Sprint(tell(o.s.take())); events != fmt.Sprint(st.Events) {
			o.t.Errorf("step %d, %s: events %s, want %s", n, st.Do, events, st.Events)
		}
	}
	if n < 50 {
		o.t.Errorf("%d steps only", n)
	}
}

// foreseeable cuts the complaint of a schema check after what is wrong: what
// follows is how the checker came to it.
func foreseeable(answer string) string {
	if strings.HasPrefix(answer, "[92 ") {
		if lines := strings.SplitN(answer, "\n", 3); len(lines) == 3 {
			return lines[0] + lines[1]
		}
	}
	return answer
}

// tell writes events as the recordings have them.
func tell(list []emitted) (out []string) {
	for _, e := range list {
		r := xdr.NewReader(e.body)
		switch e.info {
		case remoteproto.SecretEventLifecycle.Info:
			var m remoteproto.SecretEventLifecycleMsg
			m.DecodeXDR(r)
			out = append(out, fmt.Sprintf("life %s %d %d", domxml.UUID(m.Secret.UUID), m.Event, m.Detail))
		case remoteproto.SecretEventValueChanged.Info:
			var m remoteproto.SecretEventValueChangedMsg
			m.DecodeXDR(r)
			out = append(out, "value "+domxml.UUID(m.Secret.UUID).String())
		case remoteproto.NodeDeviceEventLifecycle.Info:
			var m remoteproto.NodeDeviceEventLifecycleMsg
			m.DecodeXDR(r)
			out = append(out, fmt.Sprintf("life %s %d %d", m.Dev.Name, m.Event, m.Detail))
		}
	}
	return out
}

// TestObjectsOfQemu: secrets, network filters and bindings behave as those of
// the reference's qemu:///system.
func TestObjectsOfQemu(t *testing.T) {
	s := connect(t, newEngine(false), "test:///default")
	for id := range int32(2) {
		must(t, s, remoteproto.ConnectSecretEventRegisterAny, &remoteproto.ConnectSecretEventRegisterAnyArgs{EventID: id})
	}
	(&objects{t: t, s: s, filters: map[string]remoteproto.NWFilter{}}).replay("testdata/objects-qemu.jsonl")
}

// TestObjectsOfTest: interfaces and node devices behave as those of the
// reference's test:///default.
func TestObjectsOfTest(t *testing.T) {
	for _, strict := range []bool{true, false} {
		s := connect(t, newEngine(strict), "test:///default")
		for id := range int32(2) {
			must(t, s, remoteproto.ConnectNodeDeviceEventRegisterAny, &remoteproto.ConnectNodeDeviceEventRegisterAnyArgs{EventID: id})
		}
		(&objects{t: t, s: s}).replay("testdata/objects-test.jsonl")
	}
}
