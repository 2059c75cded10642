package transcript

import (
	"slices"
	"strings"
)

// Groups are the groups of entries in the order of reports.
var Groups = []string{
	"host", "domain", "network", "interface", "storage", "nodedev", "secret", "nwfilter", "snapshot", "checkpoint", "virsh-local",
}

// prefixes lead from the beginning of a command to its group. Everything else is about the host, virsh itself or a domain.
var prefixes = []struct{ prefix, group string }{
	{"net-", "network"},
	{"iface-", "interface"},
	{"pool-", "storage"},
	{"vol-", "storage"},
	{"find-storage-pool-", "storage"},
	{"nodedev-", "nodedev"},
	{"secret-", "secret"},
	{"nwfilter-", "nwfilter"},
	{"snapshot-", "snapshot"},
	{"checkpoint-", "checkpoint"},
}

var hostCommands = []string{
	"allocpages", "capabilities", "cpu-baseline", "cpu-compare", "cpu-models", "domcapabilities", "freecell", "freepages",
	"hostname", "hypervisor-cpu-baseline", "hypervisor-cpu-compare", "maxvcpus", "node-memory-tune", "nodecpumap",
	"nodecpustats", "nodeinfo", "nodememstats", "nodesevinfo", "nodesuspend", "sysinfo", "uri", "version",
}

// localCommands never ask the daemon for more than to open the connection.
var localCommands = []string{"bogus-command", "cd", "connect", "echo", "exit", "help", "pwd", "quit"}

// Command splits an argument list into the virsh command, its arguments and whether the connection is read-only.
func Command(argv []string) (name string, args []string, readOnly bool) {
	rest := argv[1:]
	for len(rest) > 0 {
		switch rest[0] {
		case "-c":
			rest = rest[min(2, len(rest)):]
		case "-r":
			rest, readOnly = rest[1:], true
		default:
			return rest[0], rest[1:], readOnly
		}
	}
	return "", nil, readOnly
}

// Group is the group of an entry.
func (e *Entry) Group() string {
	name, _, _ := Command(e.Argv)
	return commandGroup(name)
}

func commandGroup(name string) string {
	for _, p := range prefixes {
		if strings.HasPrefix(name, p.prefix) {
			return p.group
		}
	}
	switch {
	case slices.Contains(hostCommands, name):
		return "host"
	case slices.Contains(localCommands, name):
		return "virsh-local"
	}
	return "domain"
}
