package domxml

// Panic tells the host when the guest has panicked.
type Panic struct {
	Model string `xml:"model,attr,omitempty" vir:"enum=default|isa|pseries|hyperv|s390|pvpanic"`
	DeviceInfo
}

func (p *Panic) parsed(*decoder, node) error {
	if p.Model == "default" {
		p.Model = ""
	}
	return nil
}

// hidden leaves out what says nothing.
func (p *Panic) hidden(FormatFlags) bool {
	return p.Model == "" && p.Address == nil && (p.Alias == nil || p.Alias.Name == "")
}
