package main

import (
	"fmt"

	"github.com/govirtd/govirtd/domxml"
)

// check is govirtd xml check. What the schema allows may still be refused when
// it is read: that is the last line then.
func (c *xmlCommand) check(args []string) (int, error) {
	code := exitOK
	for _, name := range files(args) {
		doc, err := c.read(name)
		if err != nil {
			code = c.failed(name, err)
			continue
		}
		found, err := domxml.CheckSchema(doc)
		for _, f := range found {
			fmt.Fprintf(c.stdout, "%s:%s\n", name, f)
			code = exitDifferent
		}
		if err == nil && len(found) == 0 {
			_, err = domxml.Canonical(doc, domxml.FormatSecure, domxml.Live())
		}
		if err != nil {
			fmt.Fprintf(c.stdout, "%s: %v\n", name, err)
			code = exitDifferent
		}
	}
	return code, nil
}
