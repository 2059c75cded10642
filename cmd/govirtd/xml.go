package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/govirtd/govirtd/domxml"
)

// exitDifferent is what check and diff answer when there is something to say.
const exitDifferent = 1

const xmlUsage = `govirtd xml works on libvirt's documents, without a daemon: domains, networks,
storage pools and volumes, snapshots and all other kinds. The root element
tells the kind. FILE may be - for standard input.

  govirtd xml fmt [-w] [--inactive] [--no-secrets] [FILE...]
      Prints documents as libvirt would: its order of elements, units, layout.
      What libvirt would drop is dropped; nothing is added.
        -w             write the text back to the file instead
        --inactive     leave out what only a running domain has
        --no-secrets   leave out passwords

  govirtd xml check [FILE...]
      Looks for what libvirt's schema for the kind does not allow, and for what
      libvirt refuses while it reads. Each finding is a line with the place,
      the path of the element, and what is allowed there:
        vm.xml:5:11: /domain/devices/disk: attribute 'type' cannot be 'zz';
        allowed: file, block, dir, network ...
      Columns count bytes. Exit code 1 if there is a finding.

  govirtd xml diff [--inactive] OLD NEW
      Prints what changes from one document to the other, whatever their
      layout. Devices are found again by what they are known by:
        ~ /domain/devices/disk[vda]/source/@file: '/a' -> '/b'
        + /domain/devices/disk[vdb]: <disk type='file' ...
        - /domain/devices/interface[52:54:00:00:00:01]: <interface ...
      Exit code 1 if there is a difference.

Exit codes: 0 nothing to say, 1 findings or differences, or a document that
cannot be read, 2 bad usage.
`

// xmlCommand is govirtd xml.
type xmlCommand struct {
	stdin          io.Reader
	stdout, stderr io.Writer

	write, inactive, noSecrets bool
}

// runXML runs it; args are behind the word xml.
func runXML(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	c := &xmlCommand{stdin: stdin, stdout: stdout, stderr: stderr}
	code, err := c.run(args)
	switch {
	case errors.Is(err, errDone):
		return exitOK
	case err != nil:
		fmt.Fprintf(stderr, "govirtd xml: %v\nTry 'govirtd xml --help'.\n", err)
		return exitUsage
	}
	return code
}

func (c *xmlCommand) run(args []string) (int, error) {
	if len(args) == 0 {
		return 0, errors.New("what to do is missing: fmt, check or diff")
	}
	f := flag.NewFlagSet("govirtd xml", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	var act func([]string) (int, error)
	switch args[0] {
	case "fmt":
		act = c.format
		f.BoolVar(&c.write, "w", false, "")
		f.BoolVar(&c.inactive, "inactive", false, "")
		f.BoolVar(&c.noSecrets, "no-secrets", false, "")
	case "check":
		act = c.check
	case "diff":
		act = c.diff
		f.BoolVar(&c.inactive, "inactive", false, "")
	case "help", "-h", "-help", "--help":
		io.WriteString(c.stdout, xmlUsage)
		return 0, errDone
	default:
		return 0, fmt.Errorf("%q is not fmt, check or diff", args[0])
	}
	switch err := f.Parse(args[1:]); {
	case errors.Is(err, flag.ErrHelp):
		io.WriteString(c.stdout, xmlUsage)
		return 0, errDone
	case err != nil:
		return 0, err
	}
	return act(f.Args())
}

// read reads a file, or standard input for -.
func (c *xmlCommand) read(name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(c.stdin)
	}
	return os.ReadFile(name)
}

// files are the names given, or standard input.
func files(args []string) []string {
	if len(args) == 0 {
		return []string{"-"}
	}
	return args
}

// form is the form that the options ask for, and how to read for it.
func (c *xmlCommand) form() (flags domxml.FormatFlags, options []domxml.Option) {
	if !c.noSecrets {
		flags |= domxml.FormatSecure
	}
	if c.inactive {
		return flags | domxml.FormatInactive, nil
	}
	return flags, []domxml.Option{domxml.Live()}
}

func (c *xmlCommand) failed(name string, err error) int {
	fmt.Fprintf(c.stderr, "%s: %v\n", name, err)
	return exitError
}
