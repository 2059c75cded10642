package sim

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

// The shell of a simulated guest makes everything happen that happens to
// guests by themselves, so that those who listen for events can be tested from
// any language: what is typed on the console becomes a fact.

// command is one word that the shell knows.
type command struct {
	name, usage string
	min         int // arguments that it needs
	// run gives the text to print and what happens then.
	run func(g *Guest, args []string) (string, drivers.Fact, error)
}

// happens is a command that only makes something happen.
func happens(f drivers.Fact) func(*Guest, []string) (string, drivers.Fact, error) {
	return func(*Guest, []string) (string, drivers.Fact, error) { return "", f, nil }
}

// commands are in the order of help.
var commands = []command{
	{name: "echo", usage: "echo WORD...", run: func(_ *Guest, args []string) (string, drivers.Fact, error) {
		return strings.Join(args, " "), nil, nil
	}},
	{name: "hostname", usage: "hostname", run: func(g *Guest, _ []string) (string, drivers.Fact, error) {
		return g.name + "host", nil, nil
	}},
	{name: "uname", usage: "uname", run: func(*Guest, []string) (string, drivers.Fact, error) { return "simulated", nil, nil }},

	{name: "poweroff", usage: "poweroff", run: happens(drivers.ShutDown{})},
	{name: "reboot", usage: "reboot", run: happens(drivers.Rebooted{})},
	{name: "panic", usage: "panic", run: happens(drivers.Crashed{})},
	{name: "kill", usage: "kill: the guest is gone all at once", run: happens(drivers.Gone{})},
	{name: "sleep", usage: "sleep [disk]", run: func(_ *Guest, args []string) (string, drivers.Fact, error) {
		return "", drivers.Slept{ToDisk: arg(args, 0) == "disk"}, nil
	}},
	{name: "wake", usage: "wake", run: happens(drivers.Woken{})},

	{name: "clock", usage: "clock SECONDS: sets it ahead", min: 1, run: func(_ *Guest, args []string) (string, drivers.Fact, error) {
		n, err := strconv.ParseInt(args[0], 10, 64)
		return "", drivers.ClockChanged{Offset: n}, err
	}},
	{name: "watchdog", usage: "watchdog [none|pause|reset|poweroff|shutdown|debug|inject-nmi]", run: func(_ *Guest, args []string) (string, drivers.Fact, error) {
		n, err := choose(arg(args, 0), "none", "pause", "reset", "poweroff", "shutdown", "debug", "inject-nmi")
		return "", drivers.WatchdogFired{Action: vir.DomainEventWatchdogAction(n)}, err
	}},
	{name: "agent", usage: "agent connected|disconnected", min: 1, run: func(_ *Guest, args []string) (string, drivers.Fact, error) {
		n, err := choose(args[0], "connected", "disconnected")
		return "", drivers.AgentChanged{
			State: vir.ConnectDomainEventAgentLifecycleState(n + 1), Reason: vir.ConnectDomainEventAgentLifecycleReasonChannel,
		}, err
	}},
	{name: "balloon", usage: "balloon KIB", min: 1, run: func(_ *Guest, args []string) (string, drivers.Fact, error) {
		n, err := strconv.ParseUint(args[0], 10, 64)
		return "", drivers.BalloonChanged{Actual: n}, err
	}},
	{name: "memory-failure", usage: "memory-failure [hypervisor|guest] [ignore|inject|fatal|reset]", run: func(_ *Guest, args []string) (string, drivers.Fact, error) {
		who, err := choose(arg(args, 0), "hypervisor", "guest")
		what, err2 := choose(arg(args, 1), "ignore", "inject", "fatal", "reset")
		return "", drivers.MemoryFailed{
			Recipient: vir.DomainMemoryFailureRecipientType(who), Action: vir.DomainMemoryFailureActionType(what),
		}, first(err, err2)
	}},
	{name: "control-error", usage: "control-error: the way to the monitor is lost", run: happens(drivers.ControlFailed{})},

	{name: "io-error", usage: "io-error PATH ALIAS [none|pause|report] [REASON]", min: 2, run: func(_ *Guest, args []string) (string, drivers.Fact, error) {
		n, err := choose(arg(args, 2), "none", "pause", "report")
		return "", drivers.IOFailed{Path: args[0], Alias: args[1], Action: vir.DomainEventIOErrorAction(n), Reason: arg(args, 3)}, err
	}},
	{name: "disk-change", usage: "disk-change ALIAS OLD [NEW]", min: 2, run: func(_ *Guest, args []string) (string, drivers.Fact, error) {
		return "", drivers.DiskChanged{Alias: args[0], Old: args[1], New: arg(args, 2)}, nil
	}},
	{name: "tray", usage: "tray open|closed ALIAS", min: 2, run: func(_ *Guest, args []string) (string, drivers.Fact, error) {
		n, err := choose(args[0], "open", "closed")
		return "", drivers.TrayMoved{Alias: args[1], Reason: vir.DomainEventTrayChangeReason(n)}, err
	}},
	{name: "block-job", usage: "block-job TARGET PATH [completed|failed|canceled|ready]", min: 2, run: func(_ *Guest, args []string) (string, drivers.Fact, error) {
		n, err := choose(arg(args, 2), "completed", "failed", "canceled", "ready")
		return "", drivers.BlockJobChanged{
			Target: args[0], Path: args[1], Type: vir.DomainBlockJobTypePull, Status: vir.ConnectDomainEventBlockJobStatus(n),
		}, err
	}},
	{name: "threshold", usage: "threshold TARGET PATH MARK EXCESS", min: 4, run: func(_ *Guest, args []string) (string, drivers.Fact, error) {
		mark, err := strconv.ParseUint(args[2], 10, 64)
		excess, err2 := strconv.ParseUint(args[3], 10, 64)
		return "", drivers.ThresholdPassed{Target: args[0], Path: args[1], Threshold: mark, Excess: excess}, first(err, err2)
	}},
	{name: "plug", usage: "plug ALIAS", min: 1, run: func(_ *Guest, args []string) (string, drivers.Fact, error) {
		return "", drivers.DeviceAdded{Alias: args[0]}, nil
	}},
	{name: "unplug", usage: "unplug ALIAS", min: 1, run: func(_ *Guest, args []string) (string, drivers.Fact, error) {
		return "", drivers.DeviceRemoved{Alias: args[0]}, nil
	}},
	{name: "keep", usage: "keep ALIAS: the guest does not let go of a device", min: 1, run: func(_ *Guest, args []string) (string, drivers.Fact, error) {
		return "", drivers.DeviceKept{Alias: args[0]}, nil
	}},
	{name: "memory-size", usage: "memory-size ALIAS KIB", min: 2, run: func(_ *Guest, args []string) (string, drivers.Fact, error) {
		n, err := strconv.ParseUint(args[1], 10, 64)
		return "", drivers.MemoryDeviceResized{Alias: args[0], Size: n}, err
	}},
	{name: "mac", usage: "mac ALIAS OLD NEW", min: 3, run: func(_ *Guest, args []string) (string, drivers.Fact, error) {
		return "", drivers.MACChanged{Alias: args[0], Old: args[1], New: args[2]}, nil
	}},
	{name: "screen", usage: "screen [connect|initialize|disconnect]", run: func(_ *Guest, args []string) (string, drivers.Fact, error) {
		n, err := choose(arg(args, 0), "connect", "initialize", "disconnect")
		local := drivers.GraphicsAddress{Node: "127.0.0.1", Service: "5900"}
		remote := drivers.GraphicsAddress{Node: "127.0.0.1", Service: "40000"}
		return "", drivers.GraphicsClient{Phase: vir.DomainEventGraphicsPhase(n), Local: local, Remote: remote, AuthScheme: "none"}, err
	}},
	{name: "tune", usage: "tune NAME VALUE", min: 2, run: func(_ *Guest, args []string) (string, drivers.Fact, error) {
		n, err := strconv.ParseUint(args[1], 10, 64)
		return "", drivers.Tuned{Figures: []drivers.Figure{{Name: args[0], Value: n}}}, err
	}},
	{name: "migration", usage: "migration ROUND", min: 1, run: func(_ *Guest, args []string) (string, drivers.Fact, error) {
		n, err := strconv.ParseInt(args[0], 10, 32)
		return "", drivers.MigrationRound{Iteration: int32(n)}, err
	}},
	{name: "job", usage: "job [BYTES]: a dump has ended", run: func(_ *Guest, args []string) (string, drivers.Fact, error) {
		total, err := uint64(1<<20), error(nil)
		if len(args) > 0 {
			total, err = strconv.ParseUint(args[0], 10, 64)
		}
		return "", drivers.JobDone{Operation: vir.DomainJobOperationDump, Figures: []drivers.Figure{
			{Name: vir.DomainJobTimeElapsed, Value: 1}, {Name: vir.DomainJobDataTotal, Value: total}, {Name: vir.DomainJobDataProcessed, Value: total},
		}}, err
	}},
}

// shell answers a line: the text to print, and what happens then.
func (g *Guest) shell(line string) (string, drivers.Fact) {
	words := strings.Fields(line)
	if len(words) == 0 {
		return "", nil
	}
	if words[0] == "help" {
		var b strings.Builder
		for _, c := range commands {
			b.WriteString("  " + c.usage + "\r\n")
		}
		return b.String(), nil
	}
	for _, c := range commands {
		if c.name != words[0] {
			continue
		}
		if len(words)-1 < c.min {
			return "usage: " + c.usage + "\r\n", nil
		}
		text, fact, err := c.run(g, words[1:])
		if err != nil {
			return "usage: " + c.usage + "\r\n", nil
		}
		if text != "" {
			text += "\r\n"
		}
		return text, fact
	}
	return words[0] + ": not found; try help\r\n", nil
}

// arg is an argument that may be absent.
func arg(args []string, n int) string {
	if n < len(args) {
		return args[n]
	}
	return ""
}

// choose is the number of a word among others; the first one where it is absent.
func choose(word string, words ...string) (int, error) {
	if word == "" {
		return 0, nil
	}
	for i, w := range words {
		if w == word {
			return i, nil
		}
	}
	return 0, fmt.Errorf("%s is none of %s", word, strings.Join(words, ", "))
}

func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
