package gen_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/protocol/xdr"
)

// TestRPCGen has the sample compiled by rpcgen: C must decode what the
// generated code encodes and encode the same bytes again. The real sources
// are judged beside them, in package protocol; the sample has what those do
// not have: linked lists, enums and bools as discriminants, floats, and more.
func TestRPCGen(t *testing.T) {
	judge := buildJudge(t)
	var in, want bytes.Buffer
	rnd := rand.New(rand.NewPCG(5, 6))
	for i, like := range roots() {
		for range 50 {
			_, b := random(t, rnd, like)
			binary.Write(&in, binary.BigEndian, []uint32{uint32(i), uint32(len(b))})
			in.Write(b)
			binary.Write(&want, binary.BigEndian, []uint32{1, uint32(len(b)), uint32(len(b))})
			want.Write(b)
		}
	}
	cmd := exec.Command(judge)
	cmd.Stdin, cmd.Stderr = &in, os.Stderr
	got, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; !bytes.Equal(got, want.Bytes()); i++ {
		if i >= len(got) || i >= want.Len() || got[i] != want.Bytes()[i] {
			t.Fatalf("C answers %d bytes, we %d; they differ from byte %d on", len(got), want.Len(), i)
		}
	}
}

// buildJudge compiles the sample with the program that judges the real
// sources too.
func buildJudge(t *testing.T) string {
	t.Helper()
	const tirpc = "/usr/include/tirpc"
	_, err1 := exec.LookPath("rpcgen")
	_, err2 := exec.LookPath("gcc")
	_, err3 := os.Stat(filepath.Join(tirpc, "rpc/xdr.h"))
	for _, err := range []error{err1, err2, err3} {
		if err != nil && os.Getenv("GOVIRTD_CI") != "" {
			t.Fatal(err)
		}
		if err != nil {
			t.Skipf("%v (Debian: rpcsvc-proto, gcc, libtirpc-dev)", err)
		}
	}
	dir := t.TempDir()
	src, err := os.ReadFile("testdata/sample/sample.x")
	if err != nil {
		t.Fatal(err)
	}
	var table strings.Builder
	for _, v := range roots() {
		fmt.Fprintf(&table, "TYPE(%s)\n", sourceName(v))
	}
	for name, data := range map[string][]byte{"protocol.x": src, "types.h": []byte(table.String())} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	main, err := filepath.Abs("../../protocol/testdata/rpcgen/judge.c")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"rpcgen -h -o protocol.h protocol.x",
		"rpcgen -c -o protocol.c protocol.x",
		"gcc -w -I. -I" + tirpc + " -o judge " + main + " protocol.c -ltirpc",
	} {
		f := strings.Fields(line)
		cmd := exec.Command(f[0], f[1:]...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", line, err, out)
		}
	}
	return filepath.Join(dir, "judge")
}

// sourceName makes sample_do_args of sample.DoArgs.
func sourceName(v xdr.Value) string {
	name := strings.TrimPrefix(fmt.Sprintf("%T", v), "*sample.")
	if name == strings.ToUpper(name) {
		return "sample_" + strings.ToLower(name)
	}
	var b strings.Builder
	for _, c := range name {
		if 'A' <= c && c <= 'Z' {
			b.WriteByte('_')
		}
		b.WriteRune(c)
	}
	return "sample" + strings.ToLower(b.String())
}
