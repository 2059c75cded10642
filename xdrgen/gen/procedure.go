package gen

import (
	"fmt"
	"strings"

	"github.com/govirtd/govirtd/xdrgen/check"
)

// numbers writes a constant per procedure of a file.
func (w *writer) numbers(f *check.File) {
	if len(f.Procedures) == 0 {
		return
	}
	w.f("// Numbers of the procedures.")
	w.f("const (")
	for _, p := range f.Procedures {
		w.f("Proc%s int32 = %d // %s", w.names.procs[p], p.Number, p.Name)
	}
	w.f(")\n")
}

// procedure writes the typed value of one procedure.
func (w *writer) procedure(p *check.Procedure) {
	name := w.names.procs[p]
	what := fmt.Sprintf("%s is procedure %d", name, p.Number)
	if p.Event {
		what = fmt.Sprintf("%s is event %d", name, p.Number)
	}
	if api := w.names.apis[p]; api != "" {
		what += " (" + api + ")"
	}
	w.comment(sentence(what, p.Doc))
	w.f("var %s = %s[%s, %s](&%s{", name, w.proc("New"), w.message(p.Args), w.message(p.Ret), w.proc("Info"))
	w.info(p)
	w.f("})\n")
}

// message writes the type of arguments or results.
func (w *writer) message(t *check.Type) string {
	if t == nil {
		return w.proc("Void")
	}
	return w.typeName(t)
}

// info writes the fields of a procedure's Info; what is false, empty or zero
// is left out.
func (w *writer) info(p *check.Procedure) {
	set := func(field, format string, args ...any) { w.f("%s: %s,", field, fmt.Sprintf(format, args...)) }
	set("Program", "&Program")
	set("Number", "Proc%s", w.names.procs[p])
	set("Name", "%q", p.Name)
	if api := w.names.apis[p]; api != "" {
		set("API", "%q", api)
	}
	switch {
	case p.Event:
		set("Kind", "%s", w.proc("KindEvent"))
	case p.Stream != check.NoStream:
		set("Kind", "%s", w.proc("KindStream"))
	}
	if p.High {
		set("HighPriority", "true")
	}
	if p.Stream != check.NoStream {
		set("Stream", "%s", w.proc(map[check.Direction]string{check.Read: "ReadStream", check.Write: "WriteStream"}[p.Stream]))
		set("StreamArg", "%d", p.StreamArg)
	}
	if k := p.SparseFlag; k != nil {
		set("SparseFlag", "%s", w.number(k.Value, k))
	}
	w.access("ACL", p.ACL)
	w.access("ACLFilter", p.ACLFilter)
	w.readOnly(p)
	if p.Since != "" {
		set("Since", "%q", p.Since)
	}
	if p.Args != nil {
		set("ArgsName", "%q", p.Args.Name)
	}
	if p.Ret != nil {
		set("RetName", "%q", p.Ret.Name)
	}
}

func (w *writer) access(field string, list []check.Access) {
	if len(list) == 0 {
		return
	}
	w.f("%s: []%s{", field, w.proc("Access"))
	for _, a := range list {
		cond := ""
		if a.Condition != "" {
			cond = fmt.Sprintf(", Condition: %q", a.Condition)
		}
		w.f("{Object: %q, Permission: %q%s},", a.Object, a.Permission, cond)
	}
	w.f("},")
}

func (w *writer) readOnly(p *check.Procedure) {
	r := p.ReadOnly
	switch {
	case !r.Deny:
		return
	case r.If == "":
		w.f("ReadOnly: %s,", w.proc("ReadOnlyDeny"))
		return
	}
	field := fmt.Sprintf("args.(*%s).%s", w.typeName(p.Args), fieldName(r.Field))
	cond := ""
	if r.Equal != nil {
		cond = field + " == " + w.number(r.Equal.Value, r.Equal)
	} else {
		var flags []string
		for _, k := range r.Flags {
			flags = append(flags, w.number(k.Value, k))
		}
		mask := strings.Join(flags, "|")
		if len(flags) > 1 {
			mask = "(" + mask + ")"
		}
		cond = field + "&" + mask + " != 0"
	}
	w.f("ReadOnly: %s,", w.proc("ReadOnlyDenyIf"))
	w.f("ReadOnlyIf: %q,", r.If)
	w.f("DenyIf: func(args any) bool {\nreturn %s\n},", cond)
}

// program writes the program and the list of its procedures.
func (w *writer) program(p *check.Program) {
	w.f("// Program is the RPC program %s.", p.Name)
	w.f("var Program = %s{Name: %q, Number: %#x, Version: %d}\n", w.proc("Program"), p.Name, p.Number, p.Version)
	w.f("// Procedures lists the procedures by number.")
	w.f("var Procedures = []*%s{", w.proc("Info"))
	for _, q := range p.Procedures {
		w.f("%s.Info,", w.names.procs[q])
	}
	w.f("}")
}
