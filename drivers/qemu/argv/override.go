package argv

import (
	"strconv"

	"github.com/govirtd/govirtd/domxml"
)

// override changes a device as the document wants it by hand: the properties
// of the alias that it names.
func (b *builder) override(p *Props, alias *domxml.Alias) {
	o := b.d.QEMUOverride
	if o == nil || alias == nil {
		return
	}
	for _, dev := range o.Devices {
		if dev.Alias != alias.Name || dev.Frontend == nil {
			continue
		}
		for _, x := range dev.Frontend.Properties {
			if x.Type == "remove" {
				p.remove(x.Name)
				continue
			}
			text := value(x.Value)
			switch x.Type {
			case "signed":
				n, _ := strconv.ParseInt(text, 10, 64)
				p.replace(x.Name, n)
			case "unsigned":
				n, _ := strconv.ParseUint(text, 10, 64)
				p.replace(x.Name, n)
			case "bool":
				p.replace(x.Name, text == "true")
			default:
				p.replace(x.Name, text)
			}
		}
	}
}
