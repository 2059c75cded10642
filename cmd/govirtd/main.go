// Command govirtd is the daemon. It parses the command line, handles signals
// and chooses the exit code; everything else is in internal/daemon.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	sd "github.com/coreos/go-systemd/v22/daemon"

	"github.com/govirtd/govirtd/internal/daemon"
	"github.com/govirtd/govirtd/internal/memory"
	"github.com/govirtd/govirtd/internal/seed"
	"github.com/govirtd/govirtd/remote"
)

// Exit codes.
const (
	exitOK    = 0
	exitError = 1
	exitUsage = 2
	exitInUse = 3
)

// settleAfter is when the start is over for sure.
const settleAfter = 200 * time.Millisecond

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	if len(args) > 0 && args[0] == "support" {
		return support(args[1:], stdout, stderr)
	}
	if len(args) > 0 && args[0] == "xml" {
		return runXML(args[1:], os.Stdin, stdout, stderr)
	}
	o, err := parse(args, stdout)
	switch {
	case errors.Is(err, errDone):
		return exitOK
	case err != nil:
		fmt.Fprintf(stderr, "govirtd: %v\nTry 'govirtd --help'.\n", err)
		return exitUsage
	}
	if os.Getenv("GOGC") == "" {
		memory.Tune()
	}
	log := o.logger(stderr)
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	profiles, err := servePprof(ctx, o.pprof)
	if err != nil {
		fmt.Fprintf(stderr, "govirtd: --pprof: %v\n", err)
		return exitError
	}
	if profiles != nil {
		defer profiles.Close()
	}
	cfg := daemon.Config{
		SockDir: o.sockDir(), Strict: o.compat == compat1130, Log: log, Options: o.limits,
		Domains: o.domains, Seed: o.seed, CPUMap: o.cpuMap,
		QEMU: daemon.QEMUMode(o.qemu), QEMUUser: o.user, QEMUGroup: o.group, Emulators: o.emulators,
		Root: o.root, Version: buildVersion(),
	}
	if o.seeded {
		cfg.Rand = seed.Reader(o.seed)
	}
	d, err := daemon.Listen(ctx, cfg)
	if err != nil {
		fmt.Fprintf(stderr, "govirtd: %v\n", err)
		var used *remote.InUseError
		if errors.As(err, &used) {
			fmt.Fprintf(stderr, "Stop it first, or choose another place with --sock-dir.\n")
			return exitInUse
		}
		return exitError
	}
	watchStats(d, stderr)
	rw, _ := cfg.Sockets()
	host := "test+unix:///default"
	if cfg.QEMU == daemon.QEMUSimulated {
		host = "qemu+unix:///system"
	}
	fmt.Fprintf(stdout, "govirtd is ready: virsh -c '%s?socket=%s' list --all\n", host, rw)
	if _, err := sd.SdNotify(false, sd.SdNotifyReady); err != nil {
		log.Warn("cannot tell the service manager", "error", err)
	}
	settle := time.AfterFunc(settleAfter, memory.Settle)
	defer settle.Stop()
	if err := d.Serve(ctx); err != nil {
		fmt.Fprintf(stderr, "govirtd: %v\n", err)
		return exitError
	}
	return exitOK
}
