package qemucaps

import "encoding/json"

// schemaInfo is an element of the answer of query-qmp-schema.
type schemaInfo struct {
	Name        string   `json:"name"`
	Meta        string   `json:"meta-type"`
	ArgType     string   `json:"arg-type"`
	RetType     string   `json:"ret-type"`
	ElementType string   `json:"element-type"`
	Tag         string   `json:"tag"`
	Features    []string `json:"features"`
	Members     []struct {
		Name     string          `json:"name"`
		Type     string          `json:"type"`
		Default  json.RawMessage `json:"default"`
		Features []string        `json:"features"`
	} `json:"members"`
	Values   []string `json:"values"`
	Variants []struct {
		Case string `json:"case"`
		Type string `json:"type"`
	} `json:"variants"`
}

func newSchema(infos []schemaInfo) (s Schema, commands, events []string) {
	s = make(Schema, len(infos))
	for _, in := range infos {
		t := SchemaType{Meta: in.Meta, Arg: in.ArgType, Ret: in.RetType, Element: in.ElementType, Tag: in.Tag,
			Features: in.Features, Values: in.Values}
		for _, m := range in.Members {
			t.Members = append(t.Members, SchemaMember{Name: m.Name, Type: m.Type, Optional: m.Default != nil, Features: m.Features})
		}
		for _, v := range in.Variants {
			if t.Cases == nil {
				t.Cases = map[string]string{}
			}
			t.Cases[v.Case] = v.Type
		}
		// The features of an enum's values are not kept: nothing asks for them.
		s[in.Name] = t
		switch in.Meta {
		case "command":
			commands = append(commands, in.Name)
		case "event":
			events = append(events, in.Name)
		}
	}
	return s, commands, events
}
