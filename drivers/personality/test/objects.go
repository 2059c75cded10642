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
		if err := addObject(w, c.name, c.raw); err != nil {
			return err
		}
	}
	return nil
}

// addObject adds an object beside domains to a world; other elements add
// nothing.
func addObject(w *drivers.World, element string, raw []byte) error {
	switch element {
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
	}
	return nil
}
