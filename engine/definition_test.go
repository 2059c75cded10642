package engine

import (
	"strings"
	"testing"

	"github.com/govirtd/govirtd/domxml"
)

const renderedXML = `<domain type='kvm'>
  <name>rendered</name>
  <uuid>b7bb40b0-2d5e-4d8a-8e6a-1d0b3a0c9d11</uuid>
  <metadata>
<a:b xmlns:a='http://a'><a:c/></a:b>
  </metadata>
  <memory unit='KiB'>1024</memory>
  <os><type arch='x86_64'>hvm</type></os>
  <devices>
    <disk type='file' device='disk'><source file='/a' index='3'/><target dev='vda' bus='virtio'/><alias name='virtio-disk0'/></disk>
    <graphics type='vnc' port='5901' passwd='secret'/>
  </devices>
</domain>`

// TestRender: the first answer and those that are made of the stored text are what formatting gives, in every form, for
// a guest and for its next life.
func TestRender(t *testing.T) {
	for _, live := range []bool{false, true} {
		var options []domxml.Option
		form := domxml.FormatInactive
		if live {
			options, form = append(options, domxml.Live()), 0
		}
		tree, err := domxml.ParseDomain([]byte(renderedXML), options...)
		if err != nil {
			t.Fatal(err)
		}
		def, err := keep(tree, form, live)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, id := range []int32{-1, 5, 5, 12, -1} {
			for flags := range domxml.FormatFlags(4) {
				d := def.tree()
				if d.ID = max(id, 0); flags&domxml.FormatInactive != 0 {
					d.ID = 0
				}
				want, err := domxml.FormatDomain(d, flags)
				if err != nil {
					t.Fatal(err)
				}
				for range 2 {
					if got, err := def.render(id, flags); err != nil || got != string(want) {
						t.Errorf("live %v, id %d, form %d: %v\n%s\nwant\n%s", live, id, flags, err, got, want)
					}
				}
				seen[string(want)] = true
			}
		}
		if len(seen) < 6 || !strings.Contains(def.text, "passwd") { // 3 ids x secret or not at least: else nothing was tried
			t.Errorf("%d forms", len(seen))
		}
	}
}

func BenchmarkRender(b *testing.B) {
	tree, err := domxml.ParseDomain([]byte(renderedXML))
	if err != nil {
		b.Fatal(err)
	}
	def, err := define(tree)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := def.render(5, 0); err != nil {
			b.Fatal(err)
		}
	}
}
