package domxml

import (
	"regexp"
	"strconv"
	"strings"
	"sync"
)

//go:generate go test -run ^TestSchemaTable$ -update

// schemas is what the table says, by the name of the root element.
type schemas struct {
	values   []schemaValue
	elements []schemaElement
	roots    map[string]schemaRoot
}

// schemaRoot is a kind of documents.
type schemaRoot struct {
	kind    string
	element int
}

// schemaElement is what may be in an element.
type schemaElement struct {
	// recursive is an element that has what the one around it of the same name has.
	recursive       bool
	text            int // index of the value, -1 where there is no text
	attrs, children []schemaPart
}

// schemaPart is an attribute or a child; occurs is 1, ?, + or *.
type schemaPart struct {
	name   string
	occurs byte
	index  int
}

// schemaValue is what a text may be: one of an enumeration, or what fits one
// of the patterns, or a number in a range.
type schemaValue struct {
	kind     string
	enum     []string
	patterns []*regexp.Regexp
	sources  []string
	min, max string
	open     bool // anything
}

var loadSchemas = sync.OnceValue(func() *schemas {
	s := &schemas{roots: map[string]schemaRoot{}}
	for line := range strings.Lines(schemaTable) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		switch f[0] {
		case "v":
			s.values = append(s.values, newSchemaValue(f[1], f[2], f[3:]))
		case "e":
			e := schemaElement{recursive: f[1] == "r", text: -1, attrs: schemaParts(f[3]), children: schemaParts(f[4])}
			if f[2] != "-" {
				e.text = tableNumber(f[2])
			}
			s.elements = append(s.elements, e)
		case "k":
			s.roots[f[2]] = schemaRoot{kind: f[1], element: tableNumber(f[3])}
		}
	}
	return s
})

// tableNumber reads a number of the table, which the generator wrote.
func tableNumber(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		panic(err)
	}
	return n
}

func schemaParts(s string) (out []schemaPart) {
	if s == "" {
		return nil
	}
	for p := range strings.SplitSeq(s, ",") {
		f := strings.Fields(p)
		out = append(out, schemaPart{name: f[0], occurs: f[1][0], index: tableNumber(f[2])})
	}
	return out
}

func newSchemaValue(kind, enum string, constraints []string) schemaValue {
	v := schemaValue{kind: kind, enum: strings.Fields(enum)}
	for _, c := range constraints {
		name, arg, _ := strings.Cut(c, "=")
		switch name {
		case "pattern":
			// XML Schema's expressions match the whole text, and a dollar is one
			if re, err := regexp.Compile("^(?:" + strings.ReplaceAll(arg, "$", `\$`) + ")$"); err == nil {
				v.patterns, v.sources = append(v.patterns, re), append(v.sources, arg)
			} else {
				v.open = true
			}
		case "...":
			v.open = true // the facts have not all of them
		case "minInclusive":
			v.min = arg
		case "maxInclusive":
			v.max = arg
		}
	}
	if v.max == "" {
		v.max = map[string]string{"unsignedByte": "255", "unsignedShort": "65535", "unsignedInt": "4294967295"}[kind]
	}
	switch {
	case len(v.enum) > 0 && kind == "":
	case kind == "text", kind == "":
		v.open = true
	case strings.Contains(kind, "string") && len(v.patterns) == 0, strings.Contains(kind, "NCName"), strings.Contains(kind, "dateTime"):
		v.open = true
	}
	return v
}

// isNumber says whether the value may be one.
func (v *schemaValue) isNumber() bool {
	for k := range strings.SplitSeq(v.kind, "|") {
		switch k {
		case "int", "unsignedInt", "long", "unsignedLong", "short", "unsignedShort", "integer", "positiveInteger", "unsignedByte":
			return true
		}
	}
	return false
}

// fits says whether a text is such a value.
func (v *schemaValue) fits(s string) bool {
	if v.open {
		return true
	}
	for _, e := range v.enum {
		if e == s {
			return true
		}
	}
	for _, p := range v.patterns {
		if p.MatchString(s) && v.inRange(s) {
			return true
		}
	}
	if !v.isNumber() {
		return false
	}
	t := strings.TrimSpace(s)
	t = strings.TrimPrefix(t, "+")
	_, errUnsigned := strconv.ParseUint(t, 10, 64)
	_, errSigned := strconv.ParseInt(t, 10, 64)
	if errUnsigned != nil && (errSigned != nil || strings.HasPrefix(t, "-") && !v.signed()) {
		return false
	}
	return v.inRange(t)
}

// signed says whether the number may be below zero.
func (v *schemaValue) signed() bool {
	for k := range strings.SplitSeq(v.kind, "|") {
		if k == "int" || k == "long" || k == "short" || k == "integer" {
			return true
		}
	}
	return false
}

// inRange judges what is a number; everything else fits.
func (v *schemaValue) inRange(s string) bool {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || len(v.patterns) > 1 {
		return true
	}
	if low, err := strconv.ParseInt(v.min, 10, 64); err == nil && n < low {
		return false
	}
	if high, err := strconv.ParseInt(v.max, 10, 64); err == nil && n > high {
		return false
	}
	return true
}

// allowed says in words what a text may be.
func (v *schemaValue) allowed() []string {
	if len(v.enum) > 0 && v.kind == "" {
		return v.enum
	}
	out := append([]string(nil), v.enum...)
	if v.isNumber() {
		word := "a number"
		switch {
		case v.min != "" && v.max != "":
			word += " from " + v.min + " to " + v.max
		case v.min != "":
			word += " from " + v.min + " on"
		case !v.signed():
			word += " that is not negative"
		}
		out = append(out, word)
	}
	for _, p := range v.sources {
		out = append(out, "what fits "+p)
	}
	return out
}
