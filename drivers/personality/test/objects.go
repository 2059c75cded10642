package testpersonality

import (
	_ "embed"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers"
)

// defaultObjects are the interface and the devices of test:///default, in the
// form of a world file.
//
//go:embed objects.xml
var defaultObjects []byte

// seedObjects adds what the default host has beside domains.
func seedObjects(w *drivers.World) error {
	children, _, err := elements(defaultObjects)
	if err != nil {
		return err
	}
	for _, c := range children {
		if err := addObject(w, c.name, c.raw, inline); err != nil {
			return err
		}
	}
	return nil
}

// inline reads the document of an element that is no file of its own.
func inline(e element) ([]byte, error) { return e.raw, nil }

// addObject adds an object beside domains to a world; other elements add
// nothing. file reads the documents that elements in it name.
func addObject(w *drivers.World, name string, raw []byte, file func(element) ([]byte, error)) error {
	switch name {
	case "interface":
		i, err := domxml.ParseHostInterface(raw)
		if err != nil {
			return err
		}
		w.Interfaces = append(w.Interfaces, i)
	case "device":
		d, err := domxml.ParseNodeDevice(raw)
		if err != nil {
			return err
		}
		w.NodeDevices = append(w.NodeDevices, d)
	case "pool":
		p, err := worldPool(raw, file)
		if err != nil {
			return err
		}
		w.Pools = append(w.Pools, p)
	}
	return nil
}
