package sim

import (
	"strings"
	"testing"

	"github.com/govirtd/govirtd/drivers"
)

// TestShell: every command says how it is used when it gets too little, and
// does something when it gets enough.
func TestShell(t *testing.T) {
	_, g := start(t, nil)
	help, _ := g.shell("help")
	for _, c := range commands {
		if !strings.HasPrefix(c.usage, c.name) || !strings.Contains(help, c.usage) {
			t.Errorf("%s: usage %q", c.name, c.usage)
		}
		if c.min > 0 {
			if text, fact := g.shell(c.name); !strings.HasPrefix(text, "usage: ") || fact != nil {
				t.Errorf("%s without arguments: %q %v", c.name, text, fact)
			}
		}
		args := map[string]string{"agent": "connected", "tray": "open ide0", "tune": "a 1", "memory-size": "m 1", "threshold": "a b 1 2"}[c.name]
		if args == "" {
			args = strings.Repeat(" 1", c.min)
		}
		if text, fact := g.shell(c.name + " " + args); strings.HasPrefix(text, "usage: ") || text == "" && fact == nil && c.name != "echo" {
			t.Errorf("%s %s: %q %v", c.name, args, text, fact)
		}
	}
	for line, want := range map[string]string{
		"": "", "echo a  b": "a b\r\n", "nothing": "nothing: not found; try help\r\n", "watchdog bark": "usage: " + commandOf("watchdog").usage + "\r\n",
	} {
		if got, fact := g.shell(line); got != want || fact != nil {
			t.Errorf("%q: %q %v, want %q", line, got, fact, want)
		}
	}
	if _, fact := g.shell("sleep disk"); fact != (drivers.Slept{ToDisk: true}) {
		t.Errorf("sleep disk: %v", fact)
	}
}

func commandOf(name string) *command {
	for i := range commands {
		if commands[i].name == name {
			return &commands[i]
		}
	}
	return nil
}
