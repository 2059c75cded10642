package domxml

import "github.com/govirtd/govirtd/protocol/vir"

// ValidateHostInterfaceSchema refuses what interfaces do not have
// (VIR_INTERFACE_DEFINE_VALIDATE).
func ValidateHostInterfaceSchema(doc []byte) error {
	return validateKind(doc, "interface", vir.FromInterface)
}

// ValidateNodeDeviceSchema refuses what devices do not have
// (VIR_NODE_DEVICE_CREATE_XML_VALIDATE). Devices have names there, also those
// that are only to be made.
func ValidateNodeDeviceSchema(doc []byte) error { return validateKind(doc, "device", vir.FromNodedev) }

// ValidateSecretSchema refuses what secrets do not have
// (VIR_SECRET_DEFINE_VALIDATE).
func ValidateSecretSchema(doc []byte) error { return validateKind(doc, "secret", vir.FromSecret) }

// ValidateNWFilterSchema refuses what filters do not have
// (VIR_NWFILTER_DEFINE_VALIDATE).
func ValidateNWFilterSchema(doc []byte) error { return validateKind(doc, "filter", vir.FromNWFilter) }

// ValidateNWFilterBindingSchema refuses what bindings do not have
// (VIR_NWFILTER_BINDING_CREATE_VALIDATE).
func ValidateNWFilterBindingSchema(doc []byte) error {
	return validateKind(doc, "filterbinding", vir.FromNWFilter)
}
