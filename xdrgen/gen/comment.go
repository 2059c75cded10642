package gen

import (
	"fmt"
	"strings"

	"github.com/govirtd/govirtd/xdrgen/check"
)

// width is where comments are folded.
const width = 90

// comment writes a doc comment, folded; nothing for an empty text.
func (w *writer) comment(text string) {
	if text == "" {
		return
	}
	for i, par := range paragraphs(text) {
		if i > 0 {
			w.f("//")
		}
		line := "//"
		for _, word := range strings.Fields(par) {
			if len(line)+1+len(word) > width && line != "//" {
				w.f("%s", line)
				line = "//"
			}
			line += " " + word
		}
		w.f("%s", line)
	}
}

func paragraphs(text string) (list []string) {
	var par []string
	flush := func() {
		if par != nil {
			list = append(list, strings.Join(par, " "))
		}
		par = nil
	}
	for _, l := range strings.Split(text, "\n") {
		if strings.TrimSpace(l) == "" {
			flush()
			continue
		}
		par = append(par, l)
	}
	flush()
	return list
}

// sentence joins what something is with what the source says of it.
func sentence(what, doc string) string {
	if doc == "" {
		return what + "."
	}
	return what + ". " + doc
}

// typeDoc is the doc comment of a type.
func (w *writer) typeDoc(t *check.Type) string {
	what := fmt.Sprintf("%s is %s", w.names.types[t], t.Name)
	if p := w.pkg.Program; p != nil {
		for _, q := range p.Procedures {
			name := w.names.procs[q]
			switch {
			case q.Args == t && q.ArgsByRule && q.Event:
				what = w.names.types[t] + " is the message of " + name
			case q.Args == t && q.ArgsByRule:
				what = w.names.types[t] + " holds the arguments of " + name
			case q.Ret == t && q.RetByRule:
				what = w.names.types[t] + " is the result of " + name
			}
		}
	}
	return sentence(what, t.Doc.Text())
}
