package qemucaps

import "slices"

// Schema are the types of the monitor's protocol by their names, which mean
// nothing and change with every build (query-qmp-schema).
type Schema map[string]SchemaType

// SchemaType is one type of the protocol.
type SchemaType struct {
	// Meta is command, event, object, alternate, enum, array or builtin.
	Meta string `json:"meta"`
	// Arg and Ret are the types of a command; Arg that of an event, too.
	Arg string `json:"arg,omitempty"`
	Ret string `json:"ret,omitempty"`
	// Element is that of an array.
	Element string `json:"element,omitempty"`
	// Members are those of an object, or the types of an alternate, which have
	// no names.
	Members []SchemaMember `json:"members,omitempty"`
	// Tag names the member that decides between Cases.
	Tag   string            `json:"tag,omitempty"`
	Cases map[string]string `json:"cases,omitempty"`
	// Values are those of an enum.
	Values   []string `json:"values,omitempty"`
	Features []string `json:"features,omitempty"`
}

// SchemaMember is a member of an object.
type SchemaMember struct {
	Name     string   `json:"name,omitempty"`
	Type     string   `json:"type"`
	Optional bool     `json:"optional,omitempty"`
	Features []string `json:"features,omitempty"`
}

// Shape is a place in the schema. The zero value is a place that is not there,
// and so is all that is looked for behind it, so that questions can be chained:
// e.Command("blockdev-add").Case("file").Member("locking").Exists().
type Shape struct {
	schema Schema
	found  []SchemaType
	// Features are those of the member that led here and of its type.
	Features []string
}

// Command is what a command takes.
func (e *Emulator) Command(name string) Shape {
	c, ok := e.Schema[name]
	if !ok || c.Meta != "command" {
		return Shape{}
	}
	return e.Schema.shape(c.Arg, c.Features)
}

// Returns is what a command gives; elements where it gives a list.
func (e *Emulator) Returns(name string) Shape {
	c, ok := e.Schema[name]
	if !ok || c.Meta != "command" {
		return Shape{}
	}
	return e.Schema.shape(c.Ret, c.Features)
}

// Event is what an event tells.
func (e *Emulator) Event(name string) Shape {
	c, ok := e.Schema[name]
	if !ok || c.Meta != "event" {
		return Shape{}
	}
	return e.Schema.shape(c.Arg, c.Features)
}

// shape looks through arrays, and through alternates to the objects in them.
func (s Schema) shape(name string, features []string) Shape {
	out := Shape{schema: s, Features: features}
	seen := map[string]bool{}
	var walk func(name string)
	walk = func(name string) {
		t, ok := s[name]
		if !ok || seen[name] {
			return
		}
		seen[name] = true
		switch t.Meta {
		case "array":
			walk(t.Element)
		case "alternate":
			out.found = append(out.found, t)
			for _, m := range t.Members {
				walk(m.Type)
			}
		default:
			out.found = append(out.found, t)
			out.Features = slices.Concat(out.Features, t.Features)
		}
	}
	walk(name)
	return out
}

// Exists reports whether the place is there.
func (p Shape) Exists() bool { return len(p.found) > 0 }

// Member is what a member holds, of those that are there in every case.
func (p Shape) Member(name string) Shape {
	for _, t := range p.found {
		if t.Meta != "object" {
			continue
		}
		for _, m := range t.Members {
			if m.Name == name {
				return p.schema.shape(m.Type, m.Features)
			}
		}
	}
	return Shape{}
}

// Case is what is said more when the member that decides has a value.
func (p Shape) Case(value string) Shape {
	for _, t := range p.found {
		if c, ok := t.Cases[value]; ok {
			return p.schema.shape(c, nil)
		}
	}
	return Shape{}
}

// Has reports whether a value is one of the enum's.
func (p Shape) Has(value string) bool {
	return slices.ContainsFunc(p.found, func(t SchemaType) bool { return slices.Contains(t.Values, value) })
}

// Feature reports whether the place is marked with a word ("unstable").
func (p Shape) Feature(word string) bool { return slices.Contains(p.Features, word) }
