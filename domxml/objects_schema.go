package domxml

import (
	"fmt"
	"reflect"

	"github.com/govirtd/govirtd/protocol/vir"
)

// The schema checks of documents beside domains: what a document may not have
// is found by the types, as for domains, and told in the reference's words as
// far as they can be foreseen.

// errSchema is a document that its schema refuses.
func errSchema(schema, text string) error {
	return vir.Errorf(vir.FromXML, vir.ErrXMLInvalidSchema, "Unable to validate doc against /usr/share/libvirt/schemas/%s.rng\n%s\n", schema, text)
}

// validateObject checks a document of type T; extra judges what the types
// cannot tell.
func validateObject[T any](doc []byte, origin vir.ErrorDomain, root, schema, tail string, extra func(node) string) error {
	return withTree(doc, origin, func(n node) error {
		if err := checkRoot(n, root); err != nil {
			return err
		}
		text := ""
		if extra != nil {
			text = extra(n)
		}
		if text == "" {
			text = strange(n, planOf(reflect.TypeFor[T]()))
		}
		if text == "" {
			return nil
		}
		return errSchema(schema, text+tail)
	})
}

// ValidateHostInterfaceSchema refuses what interfaces do not have
// (VIR_INTERFACE_DEFINE_VALIDATE).
func ValidateHostInterfaceSchema(doc []byte) error {
	return validateObject[HostInterface](doc, vir.FromInterface, "interface", "interface",
		"\nInvalid sequence in interleave\nElement interface failed to validate content", nil)
}

// ValidateNodeDeviceSchema refuses what devices do not have
// (VIR_NODE_DEVICE_CREATE_XML_VALIDATE). Devices have names there, also those
// that are only to be made.
func ValidateNodeDeviceSchema(doc []byte) error {
	return validateObject[NodeDevice](doc, vir.FromNodedev, "device", "nodedev", "", func(n node) string {
		const tail = "\nInvalid sequence in interleave\n"
		if !n.Child("name").Valid() {
			return "Expecting an element name, got nothing" + tail + "Element device failed to validate content"
		}
		if c := n.Child("capability"); c.Valid() && !c.Child("host").Valid() {
			if kind, _ := c.Attr("type"); kind == string(CapSCSIHost) {
				return "Expecting element host, got capability" + tail + "Element capability failed to validate content\n" +
					"Extra element capability in interleave\nElement device failed to validate content"
			}
		}
		return ""
	})
}

// ValidateSecretSchema refuses what secrets do not have
// (VIR_SECRET_DEFINE_VALIDATE).
func ValidateSecretSchema(doc []byte) error {
	return validateObject[Secret](doc, vir.FromSecret, "secret", "secret", "", nil)
}

// ValidateNWFilterSchema refuses what filters do not have
// (VIR_NWFILTER_DEFINE_VALIDATE).
func ValidateNWFilterSchema(doc []byte) error {
	rule := map[string]bool{"action": true, "direction": true, "priority": true, "statematch": true}
	return validateObject[struct{}](doc, vir.FromNWFilter, "filter", "nwfilter", "", func(n node) string {
		for _, a := range n.Attrs() {
			if !contains([]string{"name", "chain", "priority", "xmlns"}, a.Name) {
				return fmt.Sprintf("Invalid attribute %s for element filter", a.Name)
			}
		}
		for c := n.First(); c.Valid(); c = c.Next() {
			switch {
			case c.IsElement("rule"):
				for _, a := range c.Attrs() {
					if !rule[a.Name] {
						return fmt.Sprintf("Invalid attribute %s for element rule", a.Name)
					}
				}
				if s := strangeIn(c, reflect.TypeFor[NWFilterTraffic]()); s != "" {
					return s
				}
			case c.IsElement("filterref"):
				if s := strange(c, planOf(reflect.TypeFor[FilterRef]())); s != "" {
					return s
				}
			case c.IsElement(c.Name()) && c.Name() != "uuid":
				return "Element filter has extra content: " + c.Name()
			}
		}
		return ""
	})
}

// strangeIn is strange without the attributes.
func strangeIn(n node, t reflect.Type) string {
	for c := n.First(); c.Valid(); c = c.Next() {
		if c.IsElement(c.Name()) {
			if s := strangeChild(n, c, planOf(t)); s != "" {
				return s
			}
		}
	}
	return ""
}

// ValidateNWFilterBindingSchema refuses what bindings do not have
// (VIR_NWFILTER_BINDING_CREATE_VALIDATE).
func ValidateNWFilterBindingSchema(doc []byte) error {
	return validateObject[NWFilterBinding](doc, vir.FromNWFilter, "filterbinding", "nwfilterbinding", "", nil)
}
