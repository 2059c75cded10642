//go:build linux

package storage

import (
	"bufio"
	"bytes"
	"context"
	"slices"
	"strings"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/protocol/vir"
)

// FindStoragePoolSources finds what a server exports over NFS.
func (s *Storage) FindStoragePoolSources(ctx context.Context, t domxml.StoragePoolType, from *domxml.StoragePoolSource) (*domxml.StoragePoolSources, error) {
	switch {
	case t == domxml.StoragePoolNetFS:
	case t == domxml.StoragePoolISCSI && from == nil:
		return nil, vir.Errorf(vir.FromStorage, vir.ErrInvalidArg, "hostname must be specified for iscsi sources")
	case t == domxml.StoragePoolLogical:
		return &domxml.StoragePoolSources{}, nil // of which none can be started
	default:
		return nil, errNoSupport("pool type '%s' does not support source discovery", t)
	}
	if from == nil {
		return nil, vir.Errorf(vir.FromStorage, vir.ErrInvalidArg, "hostname must be specified for netfs sources")
	}
	if len(from.Hosts) != 1 {
		return nil, errConfig("Expected exactly 1 host for the storage pool")
	}
	host := from.Hosts[0].Name
	found := &domxml.StoragePoolSources{}
	if !strings.HasPrefix(host, "-") { // which showmount would take for an option
		out, _, err := s.run(ctx, &command{name: "showmount", args: []string{"--no-headers", "--exports", host}})
		if err == nil {
			found.Sources = exports(host, out)
		}
	}
	if len(found.Sources) == 0 {
		return nil, vir.Errorf(vir.FromStorage, vir.ErrOperationFailed, "no storage pools were found on host '%s'", host)
	}
	return found, nil
}

// maxExports bounds how many exports of a server are told.
const maxExports = 1024

// exports reads the list of showmount(8): a path and who may mount it.
func exports(host string, list []byte) (out []domxml.StoragePoolSource) {
	for lines := bufio.NewScanner(bytes.NewReader(list)); lines.Scan() && len(out) < maxExports; {
		path, _, _ := strings.Cut(lines.Text(), " ")
		if !strings.HasPrefix(path, "/") {
			continue
		}
		out = append(out, domxml.StoragePoolSource{
			Hosts: []domxml.StorageHost{{Name: host}}, Dir: &domxml.StorageDir{Path: path}, Format: &domxml.StorageFormat{Type: "nfs"},
		})
	}
	slices.SortStableFunc(out, func(a, b domxml.StoragePoolSource) int { return strings.Compare(a.Dir.Path, b.Dir.Path) })
	return out
}
