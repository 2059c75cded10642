package qemupersonality

// completeSecLabels names the models of labels that do not: the first of the
// host. A host that confines nothing has none.
func (d *definition) completeSecLabels() error {
	list := d.SecLabels
	for i := range list {
		s := &list[i]
		switch {
		case s.Model != "":
		case len(list) > 1:
			return errDevice("missing security model when using multiple labels")
		case s.Type == "none" || s.Type == "dynamic" && s.BaseLabel == "":
			if s.Model = "none"; len(d.cfg.SecurityModels) > 0 {
				s.Model = d.cfg.SecurityModels[0]
			}
		default:
			return errDevice("missing security model in domain seclabel")
		}
		if s.Model == "none" {
			s.Type, s.Label, s.Relabel, s.BaseLabel = "none", "", "", ""
		}
	}
	return nil
}
