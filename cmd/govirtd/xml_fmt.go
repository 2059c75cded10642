package main

import (
	"bytes"
	"errors"
	"os"

	"github.com/govirtd/govirtd/domxml"
)

// format is govirtd xml fmt.
func (c *xmlCommand) format(args []string) (int, error) {
	if c.write && len(args) == 0 {
		return 0, errors.New("-w needs the name of a file")
	}
	code := exitOK
	flags, options := c.form()
	for _, name := range files(args) {
		doc, err := c.read(name)
		if err != nil {
			code = c.failed(name, err)
			continue
		}
		text, err := domxml.Canonical(doc, flags, options...)
		switch {
		case err != nil:
			code = c.failed(name, err)
		case !c.write || name == "-":
			c.stdout.Write(text)
		case !bytes.Equal(text, doc):
			if err := os.WriteFile(name, text, 0o600); err != nil {
				code = c.failed(name, err)
			}
		}
	}
	return code, nil
}
