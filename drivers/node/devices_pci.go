//go:build linux

package node

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/govirtd/govirtd/domxml"
)

func (d *sysDevice) pci(ids *pciIDs) (string, *domxml.NodeDeviceCapability) {
	at, ok := pciAddress(d.name())
	class, hasClass := fromHex(d.properties["PCI_CLASS"])
	vendor, hasVendor := d.hexAttr("vendor")
	device, hasDevice := d.hexAttr("device")
	if !ok || !hasClass || !hasVendor || !hasDevice {
		return "", nil
	}
	c := &domxml.NodeDeviceCapability{
		Type: domxml.CapPCI, Class: fmt.Sprintf("0x%06x", class),
		Domain: &at.Domain, Bus: strconv.FormatUint(uint64(at.Bus), 10), Slot: &at.Slot, Function: &at.Function,
		Product: &domxml.NodeDeviceID{ID: &device}, Vendor: &domxml.NodeDeviceID{ID: &vendor},
	}
	c.Vendor.Name, c.Product.Name = ids.names(vendor, device)
	d.pciFunctions(c)
	config := d.pciConfig()
	switch config.header() {
	case 1:
		c.Capabilities = append(c.Capabilities, domxml.NodeDeviceSubCapability{Type: "pci-bridge"})
	case 2:
		c.Capabilities = append(c.Capabilities, domxml.NodeDeviceSubCapability{Type: "cardbus-bridge"})
	}
	if types := d.mdevTypes(); len(types) > 0 {
		c.Capabilities = append(c.Capabilities, domxml.NodeDeviceSubCapability{Type: string(domxml.CapMDevTypes), Types: types})
	}
	if text, err := d.h.read(path.Join(d.path, "vpd")); err == nil {
		if vpd, ok := parseVPD([]byte(text)); ok {
			c.Capabilities = append(c.Capabilities, vpd)
		}
	}
	c.IOMMUGroup = d.iommuGroup(true)
	if n, err := strconv.Atoi(d.attr("numa_node")); err == nil && n >= 0 {
		c.NUMA = &domxml.NodeDeviceNUMA{Node: n}
	}
	c.PCIExpress = config.express()
	return "pci_" + d.name(), c
}

// pciAddress reads 0000:00:1f.2.
func pciAddress(name string) (a domxml.NodeDeviceAddress, ok bool) {
	domain, rest, _ := strings.Cut(name, ":")
	bus, rest, _ := strings.Cut(rest, ":")
	slot, function, _ := strings.Cut(rest, ".")
	for _, p := range []struct {
		text string
		to   *uint
	}{{domain, &a.Domain}, {bus, &a.Bus}, {slot, &a.Slot}, {function, &a.Function}} {
		if *p.to, ok = fromHex(p.text); !ok {
			return a, false
		}
	}
	return a, true
}

// pciFunctions adds the card that a virtual function is of, or the virtual
// functions of a card.
func (d *sysDevice) pciFunctions(c *domxml.NodeDeviceCapability) {
	if at, ok := pciAddress(d.link("physfn")); ok {
		c.Capabilities = append(c.Capabilities, domxml.NodeDeviceSubCapability{Type: "phys_function", Addresses: []domxml.NodeDeviceAddress{at}})
	}
	total, ok := decimal(d.attr("sriov_totalvfs"))
	if !ok || total == 0 {
		return
	}
	s := domxml.NodeDeviceSubCapability{Type: "virt_functions", MaxCount: total}
	for i := range total {
		at, ok := pciAddress(d.link(fmt.Sprintf("virtfn%d", i)))
		if !ok {
			break
		}
		s.Addresses = append(s.Addresses, at)
	}
	c.Capabilities = append(c.Capabilities, s)
}

// iommuGroup is the group of a device, with the PCI devices in it if wanted.
func (d *sysDevice) iommuGroup(members bool) *domxml.IOMMUGroup {
	number, ok := decimal(d.link("iommu_group"))
	if !ok {
		return nil
	}
	g := &domxml.IOMMUGroup{Number: number}
	if !members {
		return g
	}
	entries, _ := fs.ReadDir(d.h.root, fmt.Sprintf("sys/kernel/iommu_groups/%d/devices", number))
	for _, e := range entries {
		if at, ok := pciAddress(e.Name()); ok {
			g.Addresses = append(g.Addresses, at)
		}
	}
	slices.SortFunc(g.Addresses, func(a, b domxml.NodeDeviceAddress) int {
		return slices.Compare([]uint{a.Domain, a.Bus, a.Slot, a.Function}, []uint{b.Domain, b.Bus, b.Slot, b.Function})
	})
	return g
}

// mdevTypes are the kinds of mediated devices that a device can make.
func (d *sysDevice) mdevTypes() (out []domxml.MDevType) {
	const dir = "mdev_supported_types"
	entries, _ := fs.ReadDir(d.h.root, path.Join(d.path, dir))
	for _, e := range entries {
		at := path.Join(dir, e.Name())
		n, ok := decimal(d.attr(path.Join(at, "available_instances")))
		api := d.attr(path.Join(at, "device_api"))
		if !ok || api == "" {
			continue
		}
		out = append(out, domxml.MDevType{ID: e.Name(), Name: d.attr(path.Join(at, "name")), DeviceAPI: api, AvailableInstances: n})
	}
	return out
}

// mdev is a mediated device.
func (d *sysDevice) mdev() (string, *domxml.NodeDeviceCapability) {
	id, ok := domxml.ParseUUID(d.name())
	kind := d.link("mdev_type")
	if !ok || kind == "" {
		return "", nil
	}
	parent := path.Base(path.Dir(d.path))
	return "mdev_" + d.name() + "_" + parent, &domxml.NodeDeviceCapability{
		Type: domxml.CapMDev, Kind: &domxml.NodeDeviceKind{ID: kind}, UUID: &id, ParentAddr: parent, IOMMUGroup: d.iommuGroup(false),
	}
}
