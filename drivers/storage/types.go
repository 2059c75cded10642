//go:build linux

package storage

import "github.com/govirtd/govirtd/domxml"

// files are the types whose volumes are files in a directory.
func files(t domxml.StoragePoolType) bool {
	switch t {
	case domxml.StoragePoolDir, domxml.StoragePoolFS, domxml.StoragePoolNetFS:
		return true
	}
	return false
}

// HasStoragePoolType is true for the types that the reference has on a Debian
// host with all of its storage packages. Those whose volumes are no files can be
// defined and not started.
func (*Storage) HasStoragePoolType(t domxml.StoragePoolType) bool {
	switch t {
	case domxml.StoragePoolSheepdog, domxml.StoragePoolVstorage:
		return false
	}
	return domxml.KnownStoragePoolType(t)
}
