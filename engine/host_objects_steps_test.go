package engine_test

import (
	"fmt"
	"strings"

	"github.com/govirtd/govirtd/protocol/proc"
	"github.com/govirtd/govirtd/protocol/remoteproto"
)

func ifaceRef(i remoteproto.Interface) string { return i.Name + " " + i.MAC }

func ifaceArg(name string) remoteproto.Interface { return remoteproto.Interface{Name: name} }

// doHost takes one step about interfaces or node devices.
func (o *objects) doHost(st objectStep) (string, error) {
	a := st.Args
	switch st.Do {
	case "if-define":
		return call(o, remoteproto.InterfaceDefineXML, &remoteproto.InterfaceDefineXMLArgs{XML: a[0], Flags: flags(a, 1)},
			func(r *remoteproto.InterfaceDefineXMLRet) string { return ifaceRef(r.Iface) })
	case "if-xml":
		return call(o, remoteproto.InterfaceGetXMLDesc, &remoteproto.InterfaceGetXMLDescArgs{Iface: ifaceArg(a[0]), Flags: flags(a, 1)},
			func(r *remoteproto.InterfaceGetXMLDescRet) string { return r.XML })
	case "if-lookup":
		return call(o, remoteproto.InterfaceLookupByName, &remoteproto.InterfaceLookupByNameArgs{Name: a[0]},
			func(r *remoteproto.InterfaceLookupByNameRet) string { return ifaceRef(r.Iface) })
	case "if-mac":
		return call(o, remoteproto.InterfaceLookupByMACString, &remoteproto.InterfaceLookupByMACStringArgs{MAC: a[0]},
			func(r *remoteproto.InterfaceLookupByMACStringRet) string { return ifaceRef(r.Iface) })
	case "if-undefine":
		return obey(o, remoteproto.InterfaceUndefine, &remoteproto.InterfaceUndefineArgs{Iface: ifaceArg(a[0])})
	case "if-create":
		return obey(o, remoteproto.InterfaceCreate, &remoteproto.InterfaceCreateArgs{Iface: ifaceArg(a[0]), Flags: flags(a, 1)})
	case "if-destroy":
		return obey(o, remoteproto.InterfaceDestroy, &remoteproto.InterfaceDestroyArgs{Iface: ifaceArg(a[0]), Flags: flags(a, 1)})
	case "if-active":
		return call(o, remoteproto.InterfaceIsActive, &remoteproto.InterfaceIsActiveArgs{Iface: ifaceArg(a[0])},
			func(r *remoteproto.InterfaceIsActiveRet) string { return fmt.Sprint(r.Active) })
	case "if-begin":
		return obey(o, remoteproto.InterfaceChangeBegin, &remoteproto.InterfaceChangeBeginArgs{Flags: flags(a, 0)})
	case "if-commit":
		return obey(o, remoteproto.InterfaceChangeCommit, &remoteproto.InterfaceChangeCommitArgs{Flags: flags(a, 0)})
	case "if-rollback":
		return obey(o, remoteproto.InterfaceChangeRollback, &remoteproto.InterfaceChangeRollbackArgs{Flags: flags(a, 0)})
	case "if-list":
		return call(o, remoteproto.ConnectListAllInterfaces, &remoteproto.ConnectListAllInterfacesArgs{NeedResults: 1, Flags: flags(a, 0)},
			func(r *remoteproto.ConnectListAllInterfacesRet) string {
				var l []string
				for _, i := range r.Ifaces {
					l = append(l, i.Name)
				}
				return sorted(l)
			})
	case "if-names":
		n := must(o.t, o.s, remoteproto.ConnectNumOfInterfaces, &proc.Void{}).Num
		return call(o, remoteproto.ConnectListInterfaces, &remoteproto.ConnectListInterfacesArgs{Maxnames: n},
			func(r *remoteproto.ConnectListInterfacesRet) string { return fmt.Sprintf("%s %d", sorted(r.Names), n) })
	case "if-defined":
		n := must(o.t, o.s, remoteproto.ConnectNumOfDefinedInterfaces, &proc.Void{}).Num
		return call(o, remoteproto.ConnectListDefinedInterfaces, &remoteproto.ConnectListDefinedInterfacesArgs{Maxnames: n},
			func(r *remoteproto.ConnectListDefinedInterfacesRet) string {
				return fmt.Sprintf("%s %d", sorted(r.Names), n)
			})
	case "dev-list":
		return call(o, remoteproto.ConnectListAllNodeDevices, &remoteproto.ConnectListAllNodeDevicesArgs{NeedResults: 1, Flags: flags(a, 0)},
			func(r *remoteproto.ConnectListAllNodeDevicesRet) string {
				var l []string
				for _, d := range r.Devices {
					l = append(l, d.Name)
				}
				return sorted(l)
			})
	case "dev-names":
		var kind *string
		if len(a) > 0 {
			kind = &a[0]
		}
		n := must(o.t, o.s, remoteproto.NodeNumOfDevices, &remoteproto.NodeNumOfDevicesArgs{Cap: kind}).Num
		return call(o, remoteproto.NodeListDevices, &remoteproto.NodeListDevicesArgs{Cap: kind, Maxnames: n},
			func(r *remoteproto.NodeListDevicesRet) string { return fmt.Sprintf("%s %d", sorted(r.Names), n) })
	case "dev-lookup":
		return call(o, remoteproto.NodeDeviceLookupByName, &remoteproto.NodeDeviceLookupByNameArgs{Name: a[0]},
			func(r *remoteproto.NodeDeviceLookupByNameRet) string { return r.Dev.Name })
	case "dev-xml":
		return call(o, remoteproto.NodeDeviceGetXMLDesc, &remoteproto.NodeDeviceGetXMLDescArgs{Name: a[0], Flags: flags(a, 1)},
			func(r *remoteproto.NodeDeviceGetXMLDescRet) string { return r.XML })
	case "dev-parent":
		return call(o, remoteproto.NodeDeviceGetParent, &remoteproto.NodeDeviceGetParentArgs{Name: a[0]},
			func(r *remoteproto.NodeDeviceGetParentRet) string {
				if r.ParentName == nil {
					return "None"
				}
				return *r.ParentName
			})
	case "dev-caps":
		n := must(o.t, o.s, remoteproto.NodeDeviceNumOfCaps, &remoteproto.NodeDeviceNumOfCapsArgs{Name: a[0]}).Num
		return call(o, remoteproto.NodeDeviceListCaps, &remoteproto.NodeDeviceListCapsArgs{Name: a[0], Maxnames: n},
			func(r *remoteproto.NodeDeviceListCapsRet) string {
				return fmt.Sprintf("%s %d", strings.Join(r.Names, " "), n)
			})
	case "dev-active":
		p := must(o.t, o.s, remoteproto.NodeDeviceIsPersistent, &remoteproto.NodeDeviceIsPersistentArgs{Name: a[0]}).Persistent
		return call(o, remoteproto.NodeDeviceIsActive, &remoteproto.NodeDeviceIsActiveArgs{Name: a[0]},
			func(r *remoteproto.NodeDeviceIsActiveRet) string { return fmt.Sprint(r.Active, p) })
	case "dev-create":
		return call(o, remoteproto.NodeDeviceCreateXML, &remoteproto.NodeDeviceCreateXMLArgs{XMLDesc: a[0], Flags: flags(a, 1)},
			func(r *remoteproto.NodeDeviceCreateXMLRet) string { return r.Dev.Name })
	case "dev-destroy":
		return obey(o, remoteproto.NodeDeviceDestroy, &remoteproto.NodeDeviceDestroyArgs{Name: a[0]})
	}
	o.t.Fatalf("no step %s", st.Do)
	return "", nil
}
