package argv

import (
	"encoding/json"
	"strconv"

	"github.com/govirtd/govirtd/domxml"
)

// Props is a JSON object that keeps the order of its keys: what the emulator
// takes behind -device, -object, -blockdev and -netdev, and as the arguments
// of the same things in the monitor.
type Props struct {
	fields []field
}

type field struct {
	key   string
	value any // string, bool, int, int64, uint, uint64, *Props, []any
}

// props makes an object from keys and values.
func props(pairs ...any) *Props {
	p := &Props{}
	for i := 0; i+1 < len(pairs); i += 2 {
		p.set(pairs[i].(string), pairs[i+1])
	}
	return p
}

// set adds a value, whatever it is.
func (p *Props) set(key string, value any) *Props {
	p.fields = append(p.fields, field{key, value})
	return p
}

// put adds a value unless it says nothing: an empty string, zero, an absent
// switch. A switch becomes true or false.
func (p *Props) put(key string, value any) *Props {
	switch v := value.(type) {
	case domxml.OnOff:
		if v != "" {
			p.set(key, v == domxml.On)
		}
	case domxml.YesNo:
		if v != "" {
			p.set(key, v == domxml.Yes)
		}
	case string:
		if v != "" {
			p.set(key, v)
		}
	case uint:
		if v != 0 {
			p.set(key, v)
		}
	case uint64:
		if v != 0 {
			p.set(key, v)
		}
	case bool:
		if v {
			p.set(key, v)
		}
	case *uint:
		if v != nil {
			p.set(key, *v)
		}
	case *uint64:
		if v != nil {
			p.set(key, *v)
		}
	case *int:
		if v != nil {
			p.set(key, *v)
		}
	case *Props:
		if v != nil && len(v.fields) > 0 {
			p.set(key, v)
		}
	case []any:
		if len(v) > 0 {
			p.set(key, v)
		}
	}
	return p
}

// join adds the fields of another object.
func (p *Props) join(o *Props) *Props {
	if o != nil {
		p.fields = append(p.fields, o.fields...)
	}
	return p
}

// Get is the string behind a key, empty if there is none.
func (p *Props) Get(key string) string {
	for _, f := range p.fields {
		if f.key == key {
			s, _ := f.value.(string)
			return s
		}
	}
	return ""
}

// remove takes a key out.
func (p *Props) remove(key string) {
	for i, f := range p.fields {
		if f.key == key {
			p.fields = append(p.fields[:i:i], p.fields[i+1:]...)
			return
		}
	}
}

// replace changes what is behind a key, or adds it.
func (p *Props) replace(key string, value any) {
	for i, f := range p.fields {
		if f.key == key {
			p.fields[i].value = value
			return
		}
	}
	p.set(key, value)
}

// String is the JSON text, without blanks.
func (p *Props) String() string { return string(p.append(nil)) }

// MarshalJSON lets the object be an argument in the monitor.
func (p *Props) MarshalJSON() ([]byte, error) { return p.append(nil), nil }

func (p *Props) append(b []byte) []byte {
	b = append(b, '{')
	for i, f := range p.fields {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(b, f.key)
		b = append(b, ':')
		b = appendValue(b, f.value)
	}
	return append(b, '}')
}

func appendValue(b []byte, value any) []byte {
	switch v := value.(type) {
	case nil:
		return append(b, "null"...)
	case string:
		return appendString(b, v)
	case bool:
		return strconv.AppendBool(b, v)
	case int:
		return strconv.AppendInt(b, int64(v), 10)
	case int64:
		return strconv.AppendInt(b, v, 10)
	case uint:
		return strconv.AppendUint(b, uint64(v), 10)
	case uint64:
		return strconv.AppendUint(b, v, 10)
	case *Props:
		return v.append(b)
	case []any:
		b = append(b, '[')
		for i, e := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendValue(b, e)
		}
		return append(b, ']')
	default:
		panic("argv: a value of this type has no JSON form")
	}
}

// appendString leaves what needs no escape as it is, so that paths stay
// readable.
func appendString(b []byte, s string) []byte {
	plain := true
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] == '"' || s[i] == '\\' || s[i] >= 0x7f {
			plain = false
			break
		}
	}
	if plain {
		b = append(b, '"')
		b = append(b, s...)
		return append(b, '"')
	}
	text, _ := json.Marshal(s)
	return append(b, text...)
}
