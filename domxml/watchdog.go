package domxml

// Watchdog acts when a guest no longer answers.
type Watchdog struct {
	Model  string `xml:"model,attr" vir:"required enum=i6300esb|ib700|diag288|itco"`
	Action string `xml:"action,attr,omitempty" vir:"enum=reset|shutdown|poweroff|pause|dump|none|inject-nmi"`
	DeviceInfo
}

func (w *Watchdog) parsed(*decoder, node) error {
	if w.Action == "" {
		w.Action = "reset"
	}
	return nil
}
