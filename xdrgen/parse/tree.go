package parse

// File is one source file.
type File struct {
	Name    string // as given, without its folder
	Imports []Import
	Decls   []Decl
}

// Import is a "%import package" line: the types of another package are used.
type Import struct {
	Package string
	Pos     Pos
}

// Head is what every named thing has.
type Head struct {
	Name string
	Pos  Pos     // of the name
	Doc  Comment // the comment directly above
}

// Decl is one of *Const, *Enum, *Struct, *Union and *Typedef.
type Decl interface{ decl() *Head }

// HeadOf gives a declaration's name, place and comment.
func HeadOf(d Decl) *Head { return d.decl() }

func (h *Head) decl() *Head { return h }

// Const is "const NAME = value;".
type Const struct {
	Head
	Value Value
	Note  string // the comment behind it on the same line
}

// Value is a number or the name of a constant.
type Value struct {
	Pos  Pos
	Name string // empty for a number
	Num  int64
	Text string // as written
}

// Enum is "enum NAME { ... };".
type Enum struct {
	Head
	Members []*Member
}

// Member is one name of an enum.
type Member struct {
	Head
	Value *Value // nil: one more than the member before
	Note  string
}

// Struct is "struct NAME { ... };".
type Struct struct {
	Head
	Fields []*Declaration
}

// Union is "union NAME switch (...) { ... };".
type Union struct {
	Head
	Disc    *Declaration
	Arms    []*Arm
	Default *Arm // nil when there is none
}

// Arm is one arm of a union with the cases that lead to it.
type Arm struct {
	Pos   Pos     // of "case" or "default"
	Cases []Value // empty for the default arm
	Decl  *Declaration
}

// Typedef is "typedef declaration;". Its head repeats that of the declaration.
type Typedef struct {
	Head
	Decl *Declaration
}

// Shape tells what is written around a declaration's type and name.
type Shape uint8

// The shapes of declarations.
const (
	Plain    Shape = iota // T x
	Optional              // T *x
	Fixed                 // T x[n]
	Variable              // T x<n> and T x<>
)

// Declaration is a type with a name: a field, an arm, a discriminant or the
// content of a typedef.
type Declaration struct {
	Head
	Type  TypeName
	Shape Shape
	Bound *Value // for Fixed; for Variable when there is one
	Note  string
}

// TypeName is a type as written. Of the built-in ones Name is one of int,
// uint, hyper, uhyper, char, uchar, short, ushort, bool, float, double,
// string and opaque.
type TypeName struct {
	Name    string
	Builtin bool
	Keyword string // struct, union or enum when it stood before the name
	Pos     Pos
}
