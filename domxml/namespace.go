package domxml

import (
	"strconv"
	"strings"

	"github.com/govirtd/govirtd/protocol/vir"
)

// The namespaces of drivers. ParseDomain keeps what is in them without judging
// it, since each driver looks at its own only; a personality drops the others.
const (
	NamespaceQEMU   = "http://libvirt.org/schemas/domain/qemu/1.0"
	NamespaceLXC    = "http://libvirt.org/schemas/domain/lxc/1.0"
	NamespaceBhyve  = "http://libvirt.org/schemas/domain/bhyve/1.0"
	NamespaceXen    = "http://libvirt.org/schemas/domain/xen/1.0"
	NamespaceVMware = "http://libvirt.org/schemas/domain/vmware/1.0"
	NamespaceTest   = "http://libvirt.org/schemas/domain/test/1.0"
)

// namespacePrefixes are what libvirt calls the namespaces, whatever a document
// called them.
var namespacePrefixes = map[string]string{
	NamespaceQEMU: "qemu", NamespaceLXC: "lxc", NamespaceBhyve: "bhyve", NamespaceXen: "xen", NamespaceVMware: "vmware",
	NamespaceTest: "test",
}

// DomainNamespaces is what drivers have added to the document of a domain.
type DomainNamespaces struct {
	QEMUCommandline  *QEMUCommandline  `xml:"http://libvirt.org/schemas/domain/qemu/1.0 commandline"`
	QEMUCapabilities *QEMUCapabilities `xml:"http://libvirt.org/schemas/domain/qemu/1.0 capabilities"`
	QEMUOverride     *QEMUOverride     `xml:"http://libvirt.org/schemas/domain/qemu/1.0 override"`
	QEMUDeprecation  *QEMUDeprecation  `xml:"http://libvirt.org/schemas/domain/qemu/1.0 deprecation"`
	LXCShared        *LXCShared        `xml:"http://libvirt.org/schemas/domain/lxc/1.0 namespace"`
	BhyveCommandline *BhyveCommandline `xml:"http://libvirt.org/schemas/domain/bhyve/1.0 commandline"`
	XenCommandline   *XenCommandline   `xml:"http://libvirt.org/schemas/domain/xen/1.0 commandline"`
	VMwareDatacenter string            `xml:"http://libvirt.org/schemas/domain/vmware/1.0 datacenterpath,omitempty"`
	TestRunState     string            `xml:"http://libvirt.org/schemas/domain/test/1.0 runstate,omitempty"`
	TestTransient    Flag              `xml:"http://libvirt.org/schemas/domain/test/1.0 transient,omitempty"`
	TestManagedSave  Flag              `xml:"http://libvirt.org/schemas/domain/test/1.0 hasmanagedsave,omitempty"`
}

// QEMUCommandline is given to the emulator as it is.
type QEMUCommandline struct {
	Args []QEMUArg `xml:"http://libvirt.org/schemas/domain/qemu/1.0 arg"`
	Env  []QEMUEnv `xml:"http://libvirt.org/schemas/domain/qemu/1.0 env"`
}

// QEMUArg is one argument.
type QEMUArg struct {
	Value *string `xml:"value,attr"`
}

// QEMUEnv is one variable of the environment.
type QEMUEnv struct {
	Name  *string `xml:"name,attr"`
	Value string  `xml:"value,attr,omitempty"`
}

// QEMUCapabilities changes what libvirt believes that the emulator can do.
type QEMUCapabilities struct {
	Add []QEMUCapability `xml:"http://libvirt.org/schemas/domain/qemu/1.0 add"`
	Del []QEMUCapability `xml:"http://libvirt.org/schemas/domain/qemu/1.0 del"`
}

// QEMUCapability is the name of one.
type QEMUCapability struct {
	Capability string `xml:"capability,attr"`
}

// QEMUOverride sets properties of devices behind libvirt's back.
type QEMUOverride struct {
	Devices []QEMUOverrideDevice `xml:"http://libvirt.org/schemas/domain/qemu/1.0 device"`
}

// QEMUOverrideDevice is a device by its alias.
type QEMUOverrideDevice struct {
	Alias    string        `xml:"alias,attr"`
	Frontend *QEMUFrontend `xml:"http://libvirt.org/schemas/domain/qemu/1.0 frontend"`
}

// QEMUFrontend is what the guest sees of it.
type QEMUFrontend struct {
	Properties []QEMUProperty `xml:"http://libvirt.org/schemas/domain/qemu/1.0 property"`
}

// QEMUProperty is one property; Type is string, signed, unsigned, bool or
// remove.
type QEMUProperty struct {
	Name  string  `xml:"name,attr"`
	Type  string  `xml:"type,attr"`
	Value *string `xml:"value,attr"`
}

// QEMUDeprecation says what the emulator does when something old is used:
// none, omit, reject or crash.
type QEMUDeprecation struct {
	Behavior string `xml:"behavior,attr"`
}

// LXCShared names namespaces of other processes that a container uses.
type LXCShared struct {
	Net *LXCShare `xml:"http://libvirt.org/schemas/domain/lxc/1.0 sharenet"`
	IPC *LXCShare `xml:"http://libvirt.org/schemas/domain/lxc/1.0 shareipc"`
	UTS *LXCShare `xml:"http://libvirt.org/schemas/domain/lxc/1.0 shareuts"`
}

// LXCShare is the process, or the container: Type is netns, name or pid.
type LXCShare struct {
	Type  string `xml:"type,attr"`
	Value string `xml:"value,attr"`
}

// BhyveCommandline is given to bhyve as it is.
type BhyveCommandline struct {
	Args []BhyveArg `xml:"http://libvirt.org/schemas/domain/bhyve/1.0 arg"`
}

// BhyveArg is one argument.
type BhyveArg struct {
	Value string `xml:"value,attr"`
}

// XenCommandline is given to Xen's device model as it is.
type XenCommandline struct {
	Args []XenArg `xml:"http://libvirt.org/schemas/domain/xen/1.0 arg"`
}

// XenArg is one argument.
type XenArg struct {
	Value string `xml:"value,attr"`
}

// KeepNamespace drops what belongs to any other driver.
func (s *DomainNamespaces) KeepNamespace(uri string) {
	k := DomainNamespaces{}
	switch uri {
	case NamespaceQEMU:
		k.QEMUCommandline, k.QEMUCapabilities = s.QEMUCommandline, s.QEMUCapabilities
		k.QEMUOverride, k.QEMUDeprecation = s.QEMUOverride, s.QEMUDeprecation
	case NamespaceLXC:
		k.LXCShared = s.LXCShared
	case NamespaceBhyve:
		k.BhyveCommandline = s.BhyveCommandline
	case NamespaceXen:
		k.XenCommandline = s.XenCommandline
	case NamespaceVMware:
		k.VMwareDatacenter = s.VMwareDatacenter
	case NamespaceTest:
		k.TestRunState, k.TestTransient, k.TestManagedSave = s.TestRunState, s.TestTransient, s.TestManagedSave
	}
	*s = k
}

// declare writes the declarations of the namespaces in use.
func (s *DomainNamespaces) declare(e *encoder) {
	for _, n := range []struct {
		used bool
		uri  string
	}{
		{s.QEMUCommandline.used() || s.QEMUCapabilities.used() || s.QEMUOverride.used() || s.QEMUDeprecation.used(), NamespaceQEMU},
		{s.LXCShared != nil && *s.LXCShared != (LXCShared{}), NamespaceLXC},
		{s.BhyveCommandline != nil && len(s.BhyveCommandline.Args) > 0, NamespaceBhyve},
		{s.XenCommandline != nil && len(s.XenCommandline.Args) > 0, NamespaceXen},
		{s.VMwareDatacenter != "", NamespaceVMware},
		{s.TestRunState != "" || bool(s.TestTransient) || bool(s.TestManagedSave), NamespaceTest},
	} {
		if n.used {
			e.attr("xmlns:"+namespacePrefixes[n.uri], n.uri)
		}
	}
}

func (c *QEMUCommandline) used() bool  { return c != nil && len(c.Args)+len(c.Env) > 0 }
func (c *QEMUCapabilities) used() bool { return c != nil && len(c.Add)+len(c.Del) > 0 }
func (o *QEMUOverride) used() bool     { return o != nil && len(o.Devices) > 0 }
func (d *QEMUDeprecation) used() bool  { return d != nil && d.Behavior != "" }

func errQEMU(code vir.ErrorNumber, format string, args ...any) error {
	return vir.Errorf(vir.FromQEMU, code, format, args...)
}

// CheckQEMU judges what is in QEMU's namespace, in the words of its driver.
func (s *DomainNamespaces) CheckQEMU() error {
	if c := s.QEMUCommandline; c != nil {
		if err := c.check(); err != nil {
			return err
		}
	}
	if c := s.QEMUCapabilities; c != nil {
		for _, list := range [][]QEMUCapability{c.Add, c.Del} {
			for _, a := range list {
				if a.Capability == "" {
					return errQEMU(vir.ErrInternalError, "missing capability name")
				}
			}
		}
	}
	if s.QEMUOverride == nil {
		return nil
	}
	for _, d := range s.QEMUOverride.Devices {
		if d.Alias == "" {
			return errQEMU(vir.ErrXMLError, "missing 'alias' attribute for qemu:device")
		}
		if d.Frontend == nil {
			continue
		}
		for _, p := range d.Frontend.Properties {
			if err := p.check(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *QEMUCommandline) check() error {
	for _, a := range c.Args {
		if a.Value == nil {
			return errQEMU(vir.ErrInternalError, "No qemu command-line argument specified")
		}
	}
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
	for _, v := range c.Env {
		switch {
		case v.Name == nil:
			return errQEMU(vir.ErrInternalError, "No qemu environment name specified")
		case *v.Name == "" || !strings.Contains(letters, (*v.Name)[:1]):
			return errQEMU(vir.ErrInternalError, "Invalid environment name, it must begin with a letter or underscore")
		case strings.Trim(*v.Name, letters+"0123456789") != "":
			return errQEMU(vir.ErrInternalError, "Invalid environment name, it must contain only alphanumerics and underscore")
		}
	}
	return nil
}

func (p *QEMUProperty) check() error {
	if p.Name == "" {
		return errQEMU(vir.ErrXMLError, "missing 'name' attribute for qemu:property")
	}
	switch p.Type {
	case "string", "signed", "unsigned", "bool", "remove":
	case "":
		return errMissing("type", "property")
	default:
		return errValue("type", "property", p.Type, "")
	}
	if p.Type == "remove" {
		return nil
	}
	if p.Value == nil {
		return errQEMU(vir.ErrXMLError, "missing 'value' attribute for 'qemu:property'")
	}
	var err error
	switch p.Type {
	case "signed":
		_, err = strconv.ParseInt(*p.Value, 10, 64)
	case "unsigned":
		_, err = strconv.ParseUint(*p.Value, 10, 64)
	case "bool":
		if *p.Value != "true" && *p.Value != "false" {
			err = errBad
		}
	}
	if err != nil {
		return errQEMU(vir.ErrXMLError, "invalid value '%s' of 'value' attribute of 'qemu:property'", *p.Value)
	}
	return nil
}
