package protocol_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/protocol/xdr"
)

// TestRPCGen has our sources compiled by rpcgen and lets the C codec judge
// ours: it decodes what we encode and must encode the same bytes again, and
// it must agree on what does not decode.
func TestRPCGen(t *testing.T) {
	list := messages(t)
	judge := startJudge(t, list)
	r := rand.New(rand.NewPCG(7, 8))
	for n, m := range list {
		for range 20 {
			b, err := random(r, m).AppendXDR(nil)
			if err != nil {
				t.Fatal(err)
			}
			if again, used, ok := judge.ask(t, n, b); !ok || used != len(b) || !bytes.Equal(b, again) {
				t.Fatalf("%s: we encode % x; C decodes: %v, uses %d bytes, encodes % x", m.typ.Name, b, ok, used, again)
			}
			cut := r.IntN(len(b))
			if _, _, ok := judge.ask(t, n, b[:cut]); ok {
				t.Fatalf("%s: C decodes the first %d bytes of % x", m.typ.Name, cut, b)
			}
			spoilt := bytes.Clone(b)
			spoilt[r.IntN(len(b))] = byte(r.Uint32())
			judge.compare(t, n, m, spoilt)
		}
	}
}

type judge struct {
	in  io.Writer
	out *bufio.Reader
}

// compare decodes b on both sides. Where both accept it they must have used
// the same bytes and encode the same. We are stricter in one thing: enums
// have only the values they list.
func (j *judge) compare(t *testing.T, n int, m message, b []byte) {
	t.Helper()
	again, used, ok := j.ask(t, n, b)
	v := m.new()
	rd := xdr.NewReader(b)
	v.DecodeXDR(rd)
	switch err := rd.Err(); {
	case err == xdr.ErrEnum:
	case (err == nil) != ok:
		t.Fatalf("%s: % x: C decodes: %v; our error: %v", m.typ.Name, b, ok, err)
	case ok:
		ours, err := v.AppendXDR(nil)
		if err != nil || !bytes.Equal(ours, again) || len(b)-rd.Len() != used {
			t.Fatalf("%s: % x: C uses %d bytes and encodes % x; we use %d and encode % x (%v)",
				m.typ.Name, b, used, again, len(b)-rd.Len(), ours, err)
		}
	}
}

func (j *judge) ask(t *testing.T, n int, b []byte) (again []byte, used int, ok bool) {
	t.Helper()
	rec := xdr.AppendUint32(xdr.AppendUint32(nil, uint32(n)), uint32(len(b)))
	if _, err := j.in.Write(append(rec, b...)); err != nil {
		t.Fatal("the C program has ended: ", err)
	}
	if j.word(t) == 0 {
		return nil, 0, false
	}
	used = int(j.word(t))
	again = make([]byte, j.word(t))
	if _, err := io.ReadFull(j.out, again); err != nil {
		t.Fatal("the C program has ended: ", err)
	}
	return again, used, true
}

func (j *judge) word(t *testing.T) uint32 {
	t.Helper()
	var w [4]byte
	if _, err := io.ReadFull(j.out, w[:]); err != nil {
		t.Fatal("the C program has ended: ", err)
	}
	return binary.BigEndian.Uint32(w[:])
}

// tirpc is where libtirpc has its headers; the C library has none any more.
const tirpc = "/usr/include/tirpc"

// startJudge compiles and starts the C program that judges the given types.
func startJudge(t *testing.T, list []message) *judge {
	t.Helper()
	need := func(err error) {
		t.Helper()
		if err != nil && os.Getenv("GOVIRTD_CI") != "" {
			t.Fatal(err)
		}
		if err != nil {
			t.Skipf("%v (Debian: rpcsvc-proto, gcc, libtirpc-dev)", err)
		}
	}
	for _, tool := range []string{"rpcgen", "gcc"} {
		_, err := exec.LookPath(tool)
		need(err)
	}
	_, err := os.Stat(filepath.Join(tirpc, "rpc/xdr.h"))
	need(err)
	dir := t.TempDir()
	run := func(name string, args ...string) {
		t.Helper()
		cmd := exec.Command(name, args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
	}
	files, err := remoteSources()
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, "protocol.x", concat(t, append(files, apart...)))
	run("rpcgen", "-h", "-o", "protocol.h", "protocol.x")
	run("rpcgen", "-c", "-o", "protocol.c", "protocol.x")
	var table strings.Builder
	for _, m := range list {
		fmt.Fprintf(&table, "TYPE(%s)\n", m.typ.Name)
	}
	write(t, dir, "types.h", table.String())
	main, err := filepath.Abs("testdata/rpcgen/judge.c")
	if err != nil {
		t.Fatal(err)
	}
	// rpcgen's own code has unused variables, hence no warnings.
	run("gcc", "-w", "-I.", "-I"+tirpc, "-o", "judge", main, "protocol.c", "-ltirpc")

	cmd := exec.Command(filepath.Join(dir, "judge"))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		if err := cmd.Wait(); err != nil && !t.Failed() {
			t.Error("the C program: ", err)
		}
	})
	return &judge{in, bufio.NewReader(out)}
}

// concat puts the sources into one, as rpcgen wants them: it passes lines
// that begin with % on to the C compiler, which knows no %import.
func concat(t *testing.T, files []string) string {
	t.Helper()
	var all strings.Builder
	for _, f := range files {
		src, err := os.ReadFile(filepath.Join("x", f))
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(src)) {
			if !strings.HasPrefix(line, "%import ") {
				all.WriteString(line)
			}
		}
	}
	return all.String()
}

func write(t *testing.T, dir, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o666); err != nil {
		t.Fatal(err)
	}
}
