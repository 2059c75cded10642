package testpersonality

import (
	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
)

// worldPool reads a pool of a world: its document with those of volumes in it.
// file reads the documents that elements name.
func worldPool(doc []byte, file func(element) ([]byte, error)) (drivers.StoragePoolSeed, error) {
	pool, err := domxml.ParseStoragePool(doc)
	if err != nil {
		return drivers.StoragePoolSeed{}, err
	}
	seed := drivers.StoragePoolSeed{Pool: pool}
	children, _, err := elements(doc)
	if err != nil {
		return drivers.StoragePoolSeed{}, errWorld("%s", err)
	}
	for _, c := range children {
		if c.name != "volume" {
			continue
		}
		raw, err := file(c)
		if err != nil {
			return drivers.StoragePoolSeed{}, err
		}
		v, err := domxml.ParseStorageVolume(raw, pool.Type)
		if err != nil {
			return drivers.StoragePoolSeed{}, err
		}
		seed.Volumes = append(seed.Volumes, v)
	}
	return seed, nil
}
