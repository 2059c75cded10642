package protocol_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/govirtd/govirtd/protocol/adminproto"
	"github.com/govirtd/govirtd/protocol/keepaliveproto"
	"github.com/govirtd/govirtd/protocol/lxcproto"
	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/qemuproto"
	"github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/xdrgen/check"
	"github.com/govirtd/govirtd/xdrgen/parse"
)

// program is one program from both ends: the source as checked, and the
// generated table.
type program struct {
	name  string
	tree  *check.Package
	info  *proc.Program
	procs []*proc.Info
}

// find gives the generated row of a procedure, or nil.
func (p *program) find(number int32) *proc.Info {
	i := slices.IndexFunc(p.procs, func(i *proc.Info) bool { return i.Number == number })
	if i < 0 {
		return nil
	}
	return p.procs[i]
}

// source gives the checked row of a procedure, or nil.
func (p *program) source(number int32) *check.Procedure {
	i := slices.IndexFunc(p.tree.Program.Procedures, func(q *check.Procedure) bool { return q.Number == number })
	if i < 0 {
		return nil
	}
	return p.tree.Program.Procedures[i]
}

// apart are the files of x that do not belong to the remote program.
var apart = []string{"net.x", "qemu.x", "lxc.x", "admin.x", "keepalive.x"}

// remoteSources lists the files of the remote program, the shared types first.
func remoteSources() ([]string, error) {
	all, err := filepath.Glob("x/*.x")
	if err != nil {
		return nil, err
	}
	files := []string{"types.x"}
	for _, f := range all {
		if f = filepath.Base(f); f != "types.x" && !slices.Contains(apart, f) {
			files = append(files, f)
		}
	}
	return files, nil
}

type trees struct {
	net      *check.Package
	programs []*program
}

var loadTrees = sync.OnceValues(load)

// sources are all programs and the types that every program has in common.
func sources(t testing.TB) *trees {
	t.Helper()
	s, err := loadTrees()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func load() (*trees, error) {
	files, err := remoteSources()
	if err != nil {
		return nil, err
	}
	remote, err := checkFiles("remoteproto", nil, files...)
	if err != nil {
		return nil, err
	}
	imports := map[string]*check.Package{"remoteproto": remote}
	s := &trees{programs: []*program{
		{name: "remote", tree: remote, info: &remoteproto.Program, procs: remoteproto.Procedures},
		{name: "qemu", info: &qemuproto.Program, procs: qemuproto.Procedures},
		{name: "lxc", info: &lxcproto.Program, procs: lxcproto.Procedures},
		{name: "admin", info: &adminproto.Program, procs: adminproto.Procedures},
		{name: "keepalive", info: &keepaliveproto.Program, procs: keepaliveproto.Procedures},
	}}
	for _, p := range s.programs[1:] {
		if p.tree, err = checkFiles(p.name+"proto", imports, p.name+".x"); err != nil {
			return nil, err
		}
	}
	s.net, err = checkFiles("netpkt", nil, "net.x")
	return s, err
}

func checkFiles(pkg string, imports map[string]*check.Package, files ...string) (*check.Package, error) {
	var parsed []*parse.File
	for _, f := range files {
		src, err := os.ReadFile(filepath.Join("x", f))
		if err != nil {
			return nil, err
		}
		p, err := parse.Parse(f, src)
		if err != nil {
			return nil, err
		}
		parsed = append(parsed, p)
	}
	return check.Check(pkg, parsed, imports)
}

// typeNamed finds a type of any program.
func (s *trees) typeNamed(name string) *check.Type {
	if t := s.net.Type(name); t != nil {
		return t
	}
	for _, p := range s.programs {
		if t := p.tree.Type(name); t != nil {
			return t
		}
	}
	return nil
}

// all lists the packages of the sources.
func (s *trees) all() []*check.Package {
	list := []*check.Package{s.net}
	for _, p := range s.programs {
		list = append(list, p.tree)
	}
	return list
}

// TestSourcesStayReadable keeps the sources in files of one subject each.
func TestSourcesStayReadable(t *testing.T) {
	files, err := filepath.Glob("x/*.x")
	if err != nil || len(files) == 0 {
		t.Fatal("no sources", err)
	}
	for _, f := range files {
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(src), "\n"); n > 800 {
			t.Errorf("%s has %d lines; split it by subject", f, n)
		}
		if !strings.HasPrefix(string(src), "/*\n") {
			t.Errorf("%s does not begin with what it is about", f)
		}
	}
	for _, p := range sources(t).all() {
		if p.Program == nil {
			continue
		}
		for _, q := range p.Program.Procedures {
			if q.Doc == "" {
				t.Errorf("%v: %s does not say what it does", q.Pos, q.Name)
			}
		}
		for _, f := range p.Files {
			if !slices.IsSortedFunc(f.Procedures, func(a, b *check.Procedure) int { return int(a.Number - b.Number) }) {
				t.Errorf("%s: procedures are not in the order of their numbers", f.Name)
			}
		}
	}
}
