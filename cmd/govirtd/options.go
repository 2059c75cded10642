package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/govirtd/govirtd/internal/daemon"
	"github.com/govirtd/govirtd/remote"
)

// compat1130 is the name of the strict mode.
const compat1130 = "libvirt-11.3.0"

// errDone says that the command line asked for something that is done.
var errDone = errors.New("done")

// options are the command line.
type options struct {
	dir, root string
	compat    string
	level     slog.Level
	format    string
	domains   int
	seed      uint64
	seeded    bool // --seed was given
	cpuMap    string
	pprof     string
	qemu      string
	user      string
	group     string
	emulators []string
	limits    remote.Options
}

const usage = `govirtd is a libvirt daemon: virsh, libvirt-python and every other libvirt
client work against it unmodified. Without options it serves a simulated host,
test:///default, and where QEMU is installed the guests of this machine,
qemu:///system, on the sockets where clients look by themselves.

  govirtd                                   as root: /run/libvirt/libvirt-sock
  govirtd --sock-dir /tmp/v                 a private place, for anybody
  virsh -c 'test+unix:///default?socket=/tmp/v/libvirt-sock' list --all

  govirtd xml fmt|check|diff FILE           works on documents; xml --help

Places
  --sock-dir DIR      where the sockets libvirt-sock and libvirt-sock-ro go;
                      default /run/libvirt for root, else the libvirt folder
                      in $XDG_RUNTIME_DIR
  --root DIR          puts every place (etc, run, var) below DIR

Behaviour
  --compat RELEASE    libvirt-11.3.0: answer only what that release answers,
                      per procedure and flag, and keep its lifetimes. Without
                      it govirtd may do more, never less.

Guests behind qemu:///
  --qemu MODE         real: qemu:///system (or session, for a user) runs guests
                      with the QEMU of this machine, keeps its state where
                      libvirtd keeps it, and finds what that has left;
                      simulated: the same URIs without QEMU, for tests: a
                      recorded QEMU 10.0 for documents and capabilities,
                      simulated guests, nothing kept; off: there is none.
                      Default is real where an emulator is installed
  --qemu-user NAME    whom guests of a root daemon run as, default libvirt-qemu
  --qemu-group NAME   with which group; default libvirt-qemu for that
                      user where there is such a group, else the user's own
  --emulator PATH     a QEMU to use besides those in /usr/bin, /usr/local/bin
                      and /usr/libexec; may be given again. Nothing else is
                      ever executed, whatever a document says

The simulated host
  --domains N         test:///default has N made-up domains instead of its one
  --seed N            what they are made from (default 1): the same number
                      makes the same names and UUIDs everywhere. When given,
                      UUIDs that later documents leave out follow from it, too

  --cpu-map DIR       libvirt's map of CPU models, for virConnectBaselineCPU;
                      default /usr/share/libvirt/cpu_map

Log, on standard error
  --log-level LEVEL   debug, info (default), warn or error
  --log-format FORM   text (default) or json

  --pprof PATH        serves profiles of the running daemon on this socket, to
                      its own user only:
                      curl --unix-socket PATH http://./profile?seconds=10 >cpu
                      (or heap, goroutine, trace), for go tool pprof

Limits
  --max-clients N     connections served at a time (default 20000)
  --max-requests N    calls of one client that run at a time (default 5)

Other
  --version           print the version and end
  --help              print this and end
  govirtd support     print every procedure of the protocol: whether there is
                      a handler, what a backend needs for it, whether the
                      simulated host has it, what it is verified against

When it is ready govirtd prints one line with a command to paste, and tells the
service manager (sd_notify). SIGTERM and SIGINT end it: calls in progress are
answered, clients told, sockets removed. SIGUSR1 prints its counts as one line
of JSON on standard error.

Exit codes: 0 ended in good order, 1 failed, 2 bad usage, 3 another daemon is
using the socket.
`

// parse reads the command line.
func parse(args []string, stdout io.Writer) (*options, error) {
	o := &options{}
	f := flag.NewFlagSet("govirtd", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.StringVar(&o.dir, "sock-dir", "", "")
	f.StringVar(&o.root, "root", "", "")
	f.StringVar(&o.compat, "compat", "", "")
	f.IntVar(&o.domains, "domains", 0, "")
	f.Uint64Var(&o.seed, "seed", 1, "")
	f.StringVar(&o.cpuMap, "cpu-map", "", "")
	f.TextVar(&o.level, "log-level", slog.LevelInfo, "")
	f.StringVar(&o.format, "log-format", "text", "")
	f.StringVar(&o.pprof, "pprof", "", "")
	f.StringVar(&o.qemu, "qemu", "", "")
	f.StringVar(&o.user, "qemu-user", "", "")
	f.StringVar(&o.group, "qemu-group", "", "")
	f.Func("emulator", "", func(path string) error {
		if !filepath.IsAbs(path) {
			return errors.New("the path must be absolute")
		}
		o.emulators = append(o.emulators, path)
		return nil
	})
	f.IntVar(&o.limits.MaxClients, "max-clients", 20000, "")
	f.IntVar(&o.limits.MaxRequests, "max-requests", 5, "")
	version := f.Bool("version", false, "")
	switch err := f.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		io.WriteString(stdout, usage)
		return nil, errDone
	case err != nil:
		return nil, err
	case *version:
		fmt.Fprintf(stdout, "govirtd %s, as libvirt 11.3.0 (%s %s/%s)\n", buildVersion(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
		return nil, errDone
	case f.NArg() > 0:
		return nil, fmt.Errorf("unexpected argument %q", f.Arg(0))
	case o.compat != "" && o.compat != compat1130:
		return nil, fmt.Errorf("--compat %s: the one release to be compatible with is %s", o.compat, compat1130)
	case o.format != "text" && o.format != "json":
		return nil, fmt.Errorf("--log-format %s: text or json", o.format)
	case !slices.Contains([]string{"", "real", "simulated", "off"}, o.qemu):
		return nil, fmt.Errorf("--qemu %s: real, simulated or off", o.qemu)
	case o.domains < 0 || o.domains > daemon.MaxDomains:
		return nil, fmt.Errorf("--domains %d: from 0 to %d", o.domains, daemon.MaxDomains)
	case o.limits.MaxClients < 1 || o.limits.MaxRequests < 1:
		return nil, errors.New("limits begin at 1")
	}
	f.Visit(func(g *flag.Flag) { o.seeded = o.seeded || g.Name == "seed" })
	return o, nil
}

// buildVersion is the module's version, or the commit it was built from.
func buildVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "(unknown)"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return "development " + s.Value[:min(12, len(s.Value))]
		}
	}
	return "development"
}

func (o *options) sockDir() string {
	if o.dir != "" {
		return o.dir
	}
	return daemon.SockDir(strings.TrimSuffix(o.root, "/"))
}

func (o *options) logger(w io.Writer) *slog.Logger {
	opts := &slog.HandlerOptions{Level: o.level}
	if o.format == "json" {
		return slog.New(slog.NewJSONHandler(w, opts))
	}
	return slog.New(slog.NewTextHandler(w, opts))
}
