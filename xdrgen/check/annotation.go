package check

import (
	"strings"

	"github.com/govirtd/govirtd/xdrgen/parse"
)

// known annotations: whether they take a text, and whether they may be
// repeated.
var known = map[string]struct{ text, repeat bool }{
	"generate":    {text: true},
	"readstream":  {text: true},
	"writestream": {text: true},
	"sparseflag":  {text: true},
	"priority":    {text: true},
	"acl":         {text: true, repeat: true},
	"aclfilter":   {text: true, repeat: true},
	"readonly":    {text: true},
	"since":       {text: true},
	"api":         {text: true},
	"event":       {},
	"args":        {text: true},
	"ret":         {text: true},
	"msg":         {text: true},
}

// annotations of one procedure: the texts by name, at their places.
type annotations map[string][]parse.Line

// one gives the only text of an annotation.
func (a annotations) one(name string) (parse.Line, bool) {
	if l := a[name]; len(l) > 0 {
		return l[0], true
	}
	return parse.Line{}, false
}

// annotations parts a procedure's comment into its text and its annotations:
// lines "@name: text" at the end.
func (c *checker) annotations(p *Procedure, m *parse.Member) annotations {
	list := annotations{}
	split := len(m.Doc)
	for i, l := range m.Doc {
		if strings.HasPrefix(l.Text, "@") {
			split = i
			break
		}
	}
	p.Doc = m.Doc[:split].Text()
	for _, l := range m.Doc[split:] {
		if l.Text == "" {
			continue
		}
		name, text, _ := strings.Cut(l.Text, ":")
		name, text = strings.TrimSpace(strings.TrimPrefix(name, "@")), strings.TrimSpace(text)
		rule, ok := known[name]
		switch {
		case !strings.HasPrefix(l.Text, "@"):
			c.errorf(l.Pos, "text behind the annotations; it belongs above them")
		case !ok:
			c.errorf(l.Pos, "annotation @%s is not known", name)
		case rule.text && text == "":
			c.errorf(l.Pos, "@%s needs a text: @%s: ...", name, name)
		case !rule.text && text != "":
			c.errorf(l.Pos, "@%s takes no text", name)
		case !rule.repeat && list[name] != nil:
			c.errorf(l.Pos, "@%s is there twice", name)
		default:
			list[name] = append(list[name], parse.Line{Pos: l.Pos, Text: strings.Join(strings.Fields(text), " ")})
		}
	}
	return list
}
