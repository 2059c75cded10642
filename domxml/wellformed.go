package domxml

import (
	"errors"
	"fmt"
	"strings"

	"github.com/govirtd/govirtd/domxml/internal/xmltree"
	"github.com/govirtd/govirtd/protocol/vir"
)

// CheckWellFormed refuses the content of a file that is no XML document, with
// the file's path in the text: code 35 of the given domain.
func CheckWellFormed(doc []byte, path string, origin vir.ErrorDomain) error {
	t := trees.Get().(*xmltree.Tree)
	defer trees.Put(t)
	err := t.Parse(string(doc))
	if err == nil {
		return nil
	}
	text := err.Error()
	if e := (*xmltree.SyntaxError)(nil); errors.As(err, &e) {
		text = strings.Replace(text, fmt.Sprintf("at line %d:", e.Line), fmt.Sprintf("%s:%d:", path, e.Line), 1)
	}
	return vir.Errorf(origin, vir.ErrXMLDetail, "%s", text)
}
