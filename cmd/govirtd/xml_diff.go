package main

import (
	"errors"
	"fmt"

	"github.com/govirtd/govirtd/domxml"
)

// diff is govirtd xml diff.
func (c *xmlCommand) diff(args []string) (int, error) {
	if len(args) != 2 {
		return 0, errors.New("diff compares two files")
	}
	if args[0] == "-" && args[1] == "-" {
		return 0, errors.New("only one of the files can be standard input")
	}
	flags, options := c.form()
	var texts [2][]byte
	for i, name := range args {
		doc, err := c.read(name)
		if err == nil {
			texts[i], err = domxml.Canonical(doc, flags, options...)
		}
		if err != nil {
			return c.failed(name, err), nil
		}
	}
	found, err := domxml.DiffDocuments(texts[0], texts[1], options...)
	if err != nil {
		return c.failed(args[1], err), nil
	}
	for _, d := range found {
		fmt.Fprintln(c.stdout, d)
	}
	if len(found) > 0 {
		return exitDifferent, nil
	}
	return exitOK, nil
}
