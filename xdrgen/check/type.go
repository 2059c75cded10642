package check

import "github.com/govirtd/govirtd/xdrgen/parse"

// Form is what a type was declared as.
type Form uint8

// The forms of types.
const (
	Struct Form = iota
	UnionForm
	Enum
	Typedef
)

func (f Form) String() string { return [...]string{"struct", "union", "enum", "typedef"}[f] }

// Type is a declared type.
type Type struct {
	Name    string
	Form    Form
	Pos     parse.Pos
	Doc     parse.Comment
	Package *Package

	Fields  []*Field // of a struct
	Members []*Const // of an enum
	Union   *Union   // of a union
	Alias   *Field   // of a typedef: what it stands for, under the typedef's name

	// MinSize is the fewest bytes that a value takes on the wire.
	MinSize uint64
	// Size is about what a value takes in memory, without what it points to.
	Size uint64
	// Cycle is not 0 when values of the type can hold values of the same type
	// behind pointers or in arrays; types of one cycle share the number.
	Cycle int
}

// Union is the inside of a union.
type Union struct {
	Disc    *Field
	Arms    []*Arm
	Default *Arm // nil: other discriminants are invalid
}

// Arm is one arm of a union.
type Arm struct {
	Cases []Case // none for the default arm
	Field *Field // nil for void
}

// Case is one value of the discriminant.
type Case struct {
	Value int64
	Const *Const // nil when written as a number, or TRUE or FALSE
	Pos   parse.Pos
}

// Fields lists the discriminant and the arms' values.
func (u *Union) Fields() []*Field {
	list := []*Field{u.Disc}
	for _, a := range u.AllArms() {
		if a.Field != nil {
			list = append(list, a.Field)
		}
	}
	return list
}

// AllArms lists the arms, the default one last.
func (u *Union) AllArms() []*Arm {
	if u.Default == nil {
		return u.Arms
	}
	return append(u.Arms[:len(u.Arms):len(u.Arms)], u.Default)
}

// Has reports whether n is a value of the enum t.
func (t *Type) Has(n int64) bool {
	for _, k := range t.Members {
		if k.Value == n {
			return true
		}
	}
	return false
}

// Kind is the layout of a field.
type Kind uint8

// The kinds of fields.
const (
	Scalar        Kind = iota // one value; of a declared type when Ref is set
	String                    // counted bytes, Bound at most
	Opaque                    // counted bytes, Bound at most
	Array                     // counted elements, Bound at most
	Fixed                     // exactly Bound elements; of opaque: bytes
	Optional                  // a marker, then a value if it is there
	UnionByItself             // one value of a union type
)

func (k Kind) String() string {
	return [...]string{"scalar", "string", "opaque", "array", "fixed", "optional", "union"}[k]
}

// Field is a field of a struct, an arm's value, a discriminant or the content
// of a typedef.
type Field struct {
	Name string
	Type string // a built-in name (see parse.TypeName) or the declared type's
	Kind Kind
	Ref  *Type // nil for built-in types
	// Bound is the number of elements of Fixed and the most of String, Opaque
	// and Array: 2^32-1 where the source gives none. BoundName is the constant
	// it was written as, or nil; Bounded is false for "<>".
	Bound     uint32
	BoundName *Const
	Bounded   bool

	// MinSize is the fewest bytes of one element (or of the value itself) on
	// the wire, Size about the memory of the whole field.
	MinSize, Size uint64

	Pos  parse.Pos
	Doc  parse.Comment
	Note string
}

// Target follows typedefs that only give another name to one value: it is
// what lies behind the field when its kind is Scalar or UnionByItself and Ref
// is such a typedef; else f itself.
func (f *Field) Target() *Field {
	for f.single() && f.Ref != nil && f.Ref.Form == Typedef {
		f = f.Ref.Alias
	}
	return f
}

func (f *Field) single() bool { return f.Kind == Scalar || f.Kind == UnionByItself }
