//go:build linux

package node

import (
	"strconv"

	"github.com/govirtd/govirtd/domxml"
)

// usbDevice is a device on a USB; without udev the reference knows none.
func (d *sysDevice) usbDevice() (string, *domxml.NodeDeviceCapability) {
	bus, okBus := decimal(d.properties["BUSNUM"])
	number, okNumber := decimal(d.properties["DEVNUM"])
	vendor, okVendor := fromHex(d.properties["ID_VENDOR_ID"])
	product, okProduct := fromHex(d.properties["ID_MODEL_ID"])
	if !okBus || !okNumber || !okVendor || !okProduct {
		return "", nil
	}
	return "usb_" + d.name(), &domxml.NodeDeviceCapability{
		Type: domxml.CapUSBDevice, Bus: strconv.FormatUint(uint64(bus), 10), Device: &number,
		Product: &domxml.NodeDeviceID{ID: &product, Name: d.properties["ID_MODEL_FROM_DATABASE"]},
		Vendor:  &domxml.NodeDeviceID{ID: &vendor, Name: d.properties["ID_VENDOR_FROM_DATABASE"]},
	}
}

func (d *sysDevice) usbInterface() (string, *domxml.NodeDeviceCapability) {
	number, okNumber := d.hexAttr("bInterfaceNumber")
	class, okClass := d.hexAttr("bInterfaceClass")
	subclass, okSubclass := d.hexAttr("bInterfaceSubClass")
	protocol, okProtocol := d.hexAttr("bInterfaceProtocol")
	if !okNumber || !okClass || !okSubclass || !okProtocol {
		return "", nil
	}
	return "usb_" + d.name(), &domxml.NodeDeviceCapability{
		Type: domxml.CapUSBInterface, Number: &number, Class: strconv.FormatUint(uint64(class), 10), SubClass: &subclass, Protocol: &protocol,
	}
}
