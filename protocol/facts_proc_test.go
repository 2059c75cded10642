package protocol_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/vir"
	"github.com/govirtd/govirtd/xdrgen/check"
)

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// TestFactsProcedures compares every procedure twice: the source, and the
// generated row that the daemon works with.
func TestFactsProcedures(t *testing.T) {
	f, s := readFacts(t), sources(t)
	counts := map[string]int{"remote": 453, "qemu": 7, "lxc": 1, "admin": 20, "keepalive": 2}
	compared := 0
	for _, fp := range f.Programs {
		i := slices.IndexFunc(s.programs, func(p *program) bool { return p.name == fp.Name })
		if i < 0 {
			if fp.Name != foreignProgram {
				t.Errorf("program %s is missing", fp.Name)
			}
			continue
		}
		p := s.programs[i]
		src := p.tree.Program
		if src.Name != fp.Name || src.Number != fp.Program || src.Version != fp.Version {
			t.Errorf("source: program %s is %#x version %d", src.Name, src.Number, src.Version)
		}
		if want := (proc.Program{Name: fp.Name, Number: fp.Program, Version: fp.Version}); *p.info != want {
			t.Errorf("generated: program %+v, want %+v", *p.info, want)
		}
		if n := counts[fp.Name]; len(fp.Procedures) != n || len(src.Procedures) != n || len(p.procs) != n {
			t.Errorf("%s has %d procedures in the facts, %d in the source, %d generated; want %d",
				fp.Name, len(fp.Procedures), len(src.Procedures), len(p.procs), n)
		}
		for _, want := range fp.Procedures {
			q, info := p.source(want.Number), p.find(want.Number)
			if q == nil || info == nil {
				t.Errorf("%s %d (%s) is missing", fp.Name, want.Number, want.Name)
				continue
			}
			compareSource(t, q, want)
			compareInfo(t, p, info, want)
			compared++
		}
	}
	if compared != 483 {
		t.Errorf("compared %d procedures", compared)
	}
}

func compareSource(t *testing.T, got *check.Procedure, want factProc) {
	t.Helper()
	equal := func(what string, got, exp any) {
		t.Helper()
		if !reflect.DeepEqual(got, exp) {
			t.Errorf("source: %s: %s is %v, want %v", want.Name, what, got, exp)
		}
	}
	equal("name", got.Name, want.Name)
	equal("kind", got.Kind(), want.Kind)
	equal("priority", got.High, want.Priority == "high")
	equal("generate", got.Generate, text(want.Generate))
	equal("since", got.Since, text(want.Since))
	equal("args", typeName(got.Args), text(want.Args))
	equal("ret", typeName(got.Ret), text(want.Ret))
	equal("acl", rules(got.ACL), some(want.ACL))
	equal("aclfilter", rules(got.ACLFilter), some(want.ACLFilter))
	dir, arg := "", 0
	if want.Stream != nil {
		dir, arg = want.Stream.Dir, want.Stream.Arg
	}
	equal("stream", got.Stream.String(), dir)
	equal("position of the stream", got.StreamArg, arg)
	sparse := ""
	if got.SparseFlag != nil {
		sparse = got.SparseFlag.Name
	}
	equal("sparse flag", sparse, want.SparseFlag)
	deny := ""
	if got.ReadOnly.Deny {
		deny = "deny"
		if got.ReadOnly.If != "" {
			deny += " if " + got.ReadOnly.If
		}
	}
	equal("read-only rule", deny, text(want.ReadOnly))
}

func typeName(t *check.Type) string {
	if t == nil {
		return ""
	}
	return t.Name
}

// rules writes access rules as the facts do, where "none" is written for the
// absence of rules.
func rules(list []check.Access) []string {
	s := []string{}
	for _, a := range list {
		s = append(s, a.String())
	}
	return s
}

// some drops the "none" of the facts.
func some(list []string) []string {
	return slices.DeleteFunc(append([]string{}, list...), func(s string) bool { return s == "none" })
}

func compareInfo(t *testing.T, p *program, got *proc.Info, want factProc) {
	t.Helper()
	equal := func(what string, got, exp any) {
		t.Helper()
		if !reflect.DeepEqual(got, exp) {
			t.Errorf("generated: %s: %s is %v, want %v", want.Name, what, got, exp)
		}
	}
	kinds := map[string]proc.Kind{"call": proc.KindCall, "event": proc.KindEvent, "stream": proc.KindStream}
	equal("program", got.Program, p.info)
	equal("name", got.Name, want.Name)
	equal("kind", got.Kind, kinds[want.Kind])
	equal("priority", got.HighPriority, want.Priority == "high")
	equal("since", got.Since, text(want.Since))
	equal("args", got.ArgsName, text(want.Args))
	equal("ret", got.RetName, text(want.Ret))
	equal("acl", access(got.ACL), access(parseRules(want.ACL)))
	equal("aclfilter", access(got.ACLFilter), access(parseRules(want.ACLFilter)))
	dir, arg := proc.NoStream, 0
	if want.Stream != nil {
		dir, arg = map[string]proc.Direction{"read": proc.ReadStream, "write": proc.WriteStream}[want.Stream.Dir], want.Stream.Arg
	}
	equal("stream", got.Stream, dir)
	equal("position of the stream", got.StreamArg, arg)
	flag := map[string]uint32{
		"":                                       0,
		"VIR_STORAGE_VOL_UPLOAD_SPARSE_STREAM":   uint32(vir.StorageVolUploadSparseStream),
		"VIR_STORAGE_VOL_DOWNLOAD_SPARSE_STREAM": uint32(vir.StorageVolDownloadSparseStream),
	}
	equal("sparse flag", got.SparseFlag, flag[want.SparseFlag])
	rule, cond := proc.ReadOnlyAllow, ""
	if s := text(want.ReadOnly); s == "deny" {
		rule = proc.ReadOnlyDeny
	} else if s != "" {
		rule, cond = proc.ReadOnlyDenyIf, strings.TrimPrefix(s, "deny if ")
	}
	equal("read-only rule", got.ReadOnly, rule)
	equal("read-only condition", got.ReadOnlyIf, cond)
	equal("has a read-only function", got.DenyIf != nil, rule == proc.ReadOnlyDenyIf)
}

func access(list []proc.Access) []proc.Access { return append([]proc.Access{}, list...) }

// parseRules splits rules of the facts.
func parseRules(list []string) (rules []proc.Access) {
	for _, s := range some(list) {
		part := strings.SplitN(s, ":", 3)
		a := proc.Access{Object: part[0], Permission: part[1]}
		if len(part) == 3 {
			a.Condition = part[2]
		}
		rules = append(rules, a)
	}
	return rules
}

// TestReadOnlyConditions runs every rule that depends on the arguments with
// each single flag, or with each value near the one that it names.
func TestReadOnlyConditions(t *testing.T) {
	deny := map[string]struct {
		field string
		flags uint32 // any of them
		value uint32 // or this value
	}{
		"domain_get_xml_desc":              {field: "Flags", flags: uint32(vir.DomainXMLSecure | vir.DomainXMLMigratable)},
		"domain_snapshot_get_xml_desc":     {field: "Flags", flags: uint32(vir.DomainSnapshotXMLSecure)},
		"domain_checkpoint_get_xml_desc":   {field: "Flags", flags: uint32(vir.DomainCheckpointXMLSecure)},
		"domain_managed_save_get_xml_desc": {field: "Flags", flags: uint32(vir.DomainSaveImageXMLSecure)},
		"domain_get_vcpus_flags":           {field: "Flags", flags: uint32(vir.DomainVCPUGuest)},
		"domain_interface_addresses":       {field: "Source", value: uint32(vir.DomainInterfaceAddressesSrcAgent)},
	}
	n := 0
	for _, p := range sources(t).programs {
		for _, i := range p.procs {
			if i.ReadOnly != proc.ReadOnlyDenyIf {
				continue
			}
			n++
			rule, ok := deny[i.Name]
			if !ok {
				t.Errorf("%s has a condition nobody expects: %s", i.Name, i.ReadOnlyIf)
				continue
			}
			for v := range uint32(33) {
				if rule.flags != 0 {
					v = uint32(uint64(1) << v >> 1) // 0, then every single bit
				}
				a := i.NewArgs()
				reflect.ValueOf(a).Elem().FieldByName(rule.field).SetUint(uint64(v))
				want := v&rule.flags != 0 || rule.flags == 0 && v == rule.value
				if got := i.DenyIf(a); got != want {
					t.Errorf("%s with %s %#x: denied %v, want %v", i.Name, rule.field, v, got, want)
				}
			}
		}
	}
	if n != len(deny) {
		t.Errorf("%d procedures have a condition, want %d", n, len(deny))
	}
}

// TestAPINames wants the C function of every call to be one that clients
// know: the name is part of errors, and users grep for it.
func TestAPINames(t *testing.T) {
	var support struct{ APIs []struct{ API string } }
	readJSON(t, "driver-support.json", &support)
	known := map[string]bool{}
	for _, a := range support.APIs {
		known[a.API] = true
	}
	if len(known) < 500 {
		t.Fatalf("only %d functions known", len(known))
	}
	seen := map[string]string{}
	for _, p := range sources(t).programs {
		for _, i := range p.procs {
			switch {
			case i.Kind == proc.KindEvent:
				if i.API != "" {
					t.Errorf("event %s is said to be %s", i.Name, i.API)
				}
			case p.name == "admin": // a library of its own
				if squash(i.API) != "viradm"+squash(i.Name) {
					t.Errorf("admin %s is said to be %s", i.Name, i.API)
				}
			case !known[i.API]:
				t.Errorf("%s %s: nobody knows a function %q", p.name, i.Name, i.API)
			case squash(i.API) != "vir"+squash(i.Name) && seen[i.Name] == "":
				seen[i.Name] = i.API
			}
		}
	}
	// The procedures that are not named as their function.
	want := map[string]string{
		"auth_list":       "virConnectOpenAuth",
		"auth_sasl_init":  "virConnectOpenAuth",
		"auth_sasl_start": "virConnectOpenAuth",
		"auth_sasl_step":  "virConnectOpenAuth",
		"auth_polkit":     "virConnectOpenAuth",

		"connect_domain_event_callback_register_any":   "virConnectDomainEventRegisterAny",
		"connect_domain_event_callback_deregister_any": "virConnectDomainEventDeregisterAny",

		"domain_monitor_command":                  "virDomainQemuMonitorCommand",
		"domain_attach":                           "virDomainQemuAttach",
		"domain_agent_command":                    "virDomainQemuAgentCommand",
		"connect_domain_monitor_event_register":   "virConnectDomainQemuMonitorEventRegister",
		"connect_domain_monitor_event_deregister": "virConnectDomainQemuMonitorEventDeregister",
		"domain_monitor_command_with_files":       "virDomainQemuMonitorCommandWithFiles",
		"domain_open_namespace":                   "virDomainLxcOpenNamespace",
	}
	if !reflect.DeepEqual(seen, want) {
		t.Errorf("named otherwise than their function: %v, want %v", seen, want)
	}
}

func squash(s string) string { return strings.ToLower(strings.ReplaceAll(s, "_", "")) }
