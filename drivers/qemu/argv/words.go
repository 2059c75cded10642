package argv

import "strings"

// words is the older form of an option's value: name,key=value,key=value. A
// comma within a value is doubled.
type words struct {
	b strings.Builder
}

// word begins a value with a name.
func word(name string) *words {
	w := &words{}
	w.b.WriteString(escape(name))
	return w
}

// set adds key=value, or value alone where there is no key.
func (w *words) set(key, value string) *words {
	if w.b.Len() > 0 {
		w.b.WriteByte(',')
	}
	if key != "" {
		w.b.WriteString(key)
		w.b.WriteByte('=')
	}
	w.b.WriteString(escape(value))
	return w
}

// put is set for a value that is not empty.
func (w *words) put(key, value string) *words {
	if value != "" {
		w.set(key, value)
	}
	return w
}

func (w *words) String() string { return w.b.String() }

func escape(s string) string { return strings.ReplaceAll(s, ",", ",,") }
