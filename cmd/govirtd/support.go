package main

import (
	"fmt"
	"io"
	"os"

	"github.com/govirtd/govirtd/internal/daemon"
)

// support prints the table of procedures; with --markdown FILE it writes the
// page of the documentation.
func support(args []string, stdout, stderr io.Writer) int {
	page := len(args) == 2 && args[0] == "--markdown"
	if len(args) > 0 && !page {
		fmt.Fprintf(stderr, "govirtd: unexpected argument %q\nTry 'govirtd --help'.\n", args[0])
		return exitUsage
	}
	table, err := daemon.SupportTable()
	if err == nil && page {
		err = writePage(args[1], table)
	} else if err == nil {
		err = daemon.WriteSupport(stdout, table)
	}
	if err != nil {
		fmt.Fprintf(stderr, "govirtd: %v\n", err)
		return exitError
	}
	return exitOK
}

func writePage(path string, table []daemon.Procedure) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := daemon.WriteSupportMarkdown(f, table); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
