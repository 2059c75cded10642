package domxml

import "encoding/xml"

// UnmarshalXML lets encoding/xml read the flag: the element is there.
func (f *Flag) UnmarshalXML(d *xml.Decoder, _ xml.StartElement) error {
	*f = true
	return d.Skip()
}

// MarshalXML lets encoding/xml write the flag: an element, or nothing.
func (f Flag) MarshalXML(e *xml.Encoder, start xml.StartElement) error {
	if !f {
		return nil
	}
	return e.EncodeElement(struct{}{}, start)
}
