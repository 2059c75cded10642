package argv

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/govirtd/govirtd/domxml"
)

var update = flag.Bool("update", false, "write the commands in testdata anew")

// TestCommands builds the commands of the documents in testdata, as a start
// would on a host that has everything.
func TestCommands(t *testing.T) {
	docs, err := filepath.Glob("testdata/*.xml")
	if err != nil || len(docs) == 0 {
		t.Fatal("no documents", err)
	}
	for _, doc := range docs {
		t.Run(strings.TrimSuffix(filepath.Base(doc), ".xml"), func(t *testing.T) {
			text, err := os.ReadFile(doc)
			if err != nil {
				t.Fatal(err)
			}
			d, err := domxml.ParseDomain(text, domxml.Stored())
			if err != nil {
				t.Fatal(err)
			}
			o := goldenOptions(d.Name)
			o.Dirs = NewDirs("/var/lib/libvirt/qemu", "/run/libvirt/qemu", 7, d.Name)
			o.FDSets = map[string][]FD{}
			if err := Prepare(d, &o); err != nil {
				t.Fatal(err)
			}
			o.NetFDs = map[string]NetFDs{}
			for i := range d.Devices.Interfaces {
				n := &d.Devices.Interfaces[i]
				fds := NetFDs{Tap: []int{40 + i}}
				if n.Driver != nil && n.Driver.Queues > 1 {
					fds = NetFDs{Tap: []int{40, 41}, Vhost: []int{50, 51}}
				}
				o.NetFDs[aliasName(n.Alias)] = fds
			}
			goldenHost(d, &o)
			c, err := Build(d, qemu10(), o)
			if err != nil {
				t.Fatal(err)
			}
			golden := strings.TrimSuffix(doc, ".xml") + ".argv"
			got := c.Lines() + "\n"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				missing, extra := difference(lines(string(want)), lines(got))
				t.Errorf("want %v\nhave %v", missing, extra)
			}
		})
	}
}

func lines(s string) (list []option) {
	for line := range strings.Lines(s) {
		list = append(list, option{name: strings.TrimSpace(line)})
	}
	return list
}
