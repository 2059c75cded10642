package argv

import "strings"

// Command is how an emulator is started.
type Command struct {
	Path string
	// Env is the whole environment, KEY=VALUE.
	Env []string
	// Args come behind the name of the program.
	Args []string
}

// String is the command as a line for a shell.
func (c *Command) String() string {
	var b strings.Builder
	for _, e := range c.Env {
		name, value, _ := strings.Cut(e, "=")
		b.WriteString(name + "=" + quote(value) + " ")
	}
	b.WriteString(quote(c.Path))
	for _, a := range c.Args {
		b.WriteString(" " + quote(a))
	}
	return b.String()
}

// Lines is the command for a log: an option with its value on each line.
func (c *Command) Lines() string {
	var b strings.Builder
	for _, e := range c.Env {
		name, value, _ := strings.Cut(e, "=")
		b.WriteString(name + "=" + quote(value) + " \\\n")
	}
	b.WriteString(quote(c.Path))
	for i, a := range c.Args {
		if strings.HasPrefix(a, "-") || i > 0 && !strings.HasPrefix(c.Args[i-1], "-") {
			b.WriteString(" \\\n")
		} else {
			b.WriteByte(' ')
		}
		b.WriteString(quote(a))
	}
	return b.String()
}

// quote makes one word of a shell of a string.
func quote(s string) string {
	if s != "" && !strings.ContainsAny(s, " \t\n!\"#$&'()*;<>?[\\]^`{|}~") {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
