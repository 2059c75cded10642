package conformance

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/govirtd/govirtd/conformance/lab"
)

// sparseFile has data at its beginning, in its middle and behind a gap, and ends with a gap.
func sparseFile(t *testing.T, path string) []byte {
	t.Helper()
	const size = 6<<20 + 12345
	content := make([]byte, size)
	r := rand.New(rand.NewPCG(7, 7))
	for _, part := range [][2]int{{0, 70_000}, {2 << 20, 2<<20 + 300_000}, {5<<20 + 11, 5<<20 + 12}} {
		for i := part[0]; i < part[1]; i++ {
			content[i] = byte(r.Uint32())
		}
	}
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, part := range [][2]int{{0, 70_000}, {2 << 20, 2<<20 + 300_000}, {5<<20 + 11, 5<<20 + 12}} {
		if _, err := f.WriteAt(content[part[0]:part[1]], int64(part[0])); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Truncate(size); err != nil {
		t.Fatal(err)
	}
	return content
}

// TestDifference28VolumeContent uploads, downloads, clones, resizes and wipes volumes with stock virsh and compares the bytes.
// The reference's test driver has no bytes; ours has, in its default mode.
func TestDifference28VolumeContent(t *testing.T) {
	virsh := lab.NativeVirsh(t)
	d := govirtd(t)
	run := func(args ...string) {
		t.Helper()
		if a := virsh.Run(d.Place, nil, "", append([]string{"-c", d.URI()}, args...)...); a.Exit != 0 {
			t.Fatalf("%v: exit %d: %s", args, a.Exit, a.Stderr)
		}
	}
	want := sparseFile(t, filepath.Join(d.WorkDir, "up.img"))
	same := func(file string, want []byte) {
		t.Helper()
		got, err := os.ReadFile(filepath.Join(d.WorkDir, file))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s: %d bytes that are not the %d expected", file, len(got), len(want))
		}
	}
	const pool = "default-pool"
	for _, sparse := range []bool{false, true} {
		name, up, down := "plain", []string{"vol-upload"}, []string{"vol-download"}
		if sparse {
			name, up, down = "sparse", append(up, "--sparse"), append(down, "--sparse")
		}
		run("vol-create-as", pool, name, "1")
		run(append(up, name, "up.img", "--pool", pool)...)
		run(append(down, name, name+".plain", "--pool", pool)...)
		same(name+".plain", want)
		// The other way must give the same bytes.
		run("vol-download", name, name+".other", "--pool", pool)
		same(name+".other", want)
		// A part.
		run(append(down, name, name+".part", "--pool", pool, "--offset", "69000", "--length", "2100000")...)
		same(name+".part", want[69000:69000+2100000])
	}
	// A part of a volume is replaced.
	if err := os.WriteFile(filepath.Join(d.WorkDir, "word"), []byte("words"), 0o644); err != nil {
		t.Fatal(err)
	}
	run("vol-upload", "plain", "word", "--pool", pool, "--offset", "100", "--length", "5")
	changed := bytes.Clone(want)
	copy(changed[100:], "words")
	run("vol-download", "plain", "changed", "--pool", pool)
	same("changed", changed)

	run("vol-clone", "plain", "copy", "--pool", pool)
	run("vol-wipe", "plain", "--pool", pool)
	run("vol-download", "copy", "copy.img", "--pool", pool)
	same("copy.img", changed)
	run("vol-download", "plain", "wiped", "--pool", pool)
	same("wiped", make([]byte, len(want)))

	run("vol-resize", "copy", "8M", "--pool", pool)
	run("vol-download", "copy", "larger", "--pool", pool)
	same("larger", append(bytes.Clone(changed), make([]byte, 8<<20-len(changed))...))
	run("vol-delete", "copy", "--pool", pool)
	run("vol-create-as", pool, "copy", "64k")
	run("vol-download", "copy", "again", "--pool", pool)
	same("again", make([]byte, 64<<10))
}
