//go:build linux

package storage

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/vir"
)

func TestFindSources(t *testing.T) {
	b := &bench{T: t, dir: t.TempDir()}
	tool := filepath.Join(b.dir, "showmount")
	b.must(os.WriteFile(tool, []byte("#!/bin/sh\n[ $3 = server ] && printf '/b *\\n/a 10.0.0.0/8,host\\nnonsense\\n'\n"), 0o755))
	s := New(Config{Tool: func(string) (string, error) { return tool, nil }})
	find := func(t domxml.StoragePoolType, hosts ...string) (*domxml.StoragePoolSources, error) {
		var from *domxml.StoragePoolSource
		for _, h := range hosts {
			if from == nil {
				from = &domxml.StoragePoolSource{}
			}
			from.Hosts = append(from.Hosts, domxml.StorageHost{Name: h})
		}
		return s.FindStoragePoolSources(b.Context(), t, from)
	}
	found, err := find(domxml.StoragePoolNetFS, "server")
	b.must(err)
	text, err := domxml.FormatStoragePoolSources(found)
	b.must(err)
	want := `<sources>
  <source>
    <host name='server'/>
    <dir path='/a'/>
    <format type='nfs'/>
  </source>
  <source>
    <host name='server'/>
    <dir path='/b'/>
    <format type='nfs'/>
  </source>
</sources>
`
	if string(text) != want {
		t.Errorf("got %s", text)
	}
	for _, host := range []string{"nobody", "-x"} {
		_, err = find(domxml.StoragePoolNetFS, host)
		b.fails(err, vir.ErrOperationFailed, "no storage pools were found on host '"+host+"'")
	}
	_, err = find(domxml.StoragePoolNetFS)
	b.fails(err, vir.ErrInvalidArg, "hostname must be specified for netfs sources")
	_, err = find(domxml.StoragePoolNetFS, "a", "b")
	b.fails(err, vir.ErrConfigUnsupported, "Expected exactly 1 host for the storage pool")
	_, err = find(domxml.StoragePoolISCSI)
	b.fails(err, vir.ErrInvalidArg, "hostname must be specified for iscsi sources")
	_, err = find(domxml.StoragePoolDir)
	b.fails(err, vir.ErrNoSupport, "pool type 'dir' does not support source discovery")
	if found, err := find(domxml.StoragePoolLogical); err != nil || len(found.Sources) != 0 {
		t.Errorf("%v %v", found, err)
	}
}
