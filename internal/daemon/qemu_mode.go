package daemon

// QEMUMode says what qemu:/// URIs lead to.
type QEMUMode string

const (
	// QEMUAuto is real guests where an emulator is found, else nothing.
	QEMUAuto QEMUMode = ""
	// QEMUReal is real guests.
	QEMUReal QEMUMode = "real"
	// QEMUSimulated is simulated guests on a recorded QEMU, on every system.
	QEMUSimulated QEMUMode = "simulated"
	// QEMUOff does not know the scheme.
	QEMUOff QEMUMode = "off"
)
