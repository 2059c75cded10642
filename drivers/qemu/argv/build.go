package argv

import (
	"slices"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers/qemucaps"
)

// builder collects the words of one command.
type builder struct {
	d *domxml.Domain
	e *qemucaps.Emulator
	o *Options

	args []string
	// boot is the order of booting of devices that do not have their own.
	boot bootOrder
	// secrets are those that were looked up already.
	secrets map[SecretRef][]byte
	// imageSets are the numbers of the sets of descriptors of images, by node.
	imageSets map[string]int
	// sets is the number of the next set of descriptors.
	sets int
}

// steps add the options in the reference's order. What stands first exists for
// what comes after it.
var steps = []func(*builder) error{
	(*builder).name, (*builder).masterKey, (*builder).firmware, (*builder).machine, (*builder).accel, (*builder).cpu,
	(*builder).machineGlobals, (*builder).memory, (*builder).smp, (*builder).iothreads, (*builder).throttleGroups, (*builder).numa,
	(*builder).identity, (*builder).genid, (*builder).smbios, (*builder).display, (*builder).monitor, (*builder).clock,
	(*builder).lifecycle, (*builder).power, (*builder).rootHotplug, (*builder).bootOptions, (*builder).kernel, (*builder).launchSecurity,
	(*builder).iommu, (*builder).controllers, (*builder).memoryDevices, (*builder).hubs, (*builder).plugged, (*builder).disks, (*builder).filesystems,
	(*builder).interfaces, (*builder).smartcards, (*builder).serials, (*builder).parallels, (*builder).channels, (*builder).consoles,
	(*builder).tpms, (*builder).inputs, (*builder).audio, (*builder).graphics, (*builder).videos, (*builder).sounds,
	(*builder).watchdogs, (*builder).redirs, (*builder).hostdevs, (*builder).incoming, (*builder).balloon, (*builder).rngs,
	(*builder).nvramDevice, (*builder).vmcoreinfo, (*builder).sandbox, (*builder).panics, (*builder).shmems, (*builder).vsock,
	(*builder).cryptos, (*builder).pstore, (*builder).asyncTeardown, (*builder).commandline, (*builder).messages,
}

// Build makes the command line of a live document: one that Prepare has gone
// over. It changes nothing and asks nobody but the functions in the options.
//
// Errors are those of a start: what the emulator or this driver cannot do has
// the code VIR_ERR_CONFIG_UNSUPPORTED.
func Build(d *domxml.Domain, e *qemucaps.Emulator, o Options) (Command, error) {
	b := &builder{d: d, e: e, o: &o, boot: newBootOrder(d)}
	for _, check := range []func() error{b.checkPlacement, b.diskSecrets} {
		if err := check(); err != nil {
			return Command{}, err
		}
	}
	for _, step := range steps {
		if err := step(b); err != nil {
			return Command{}, err
		}
	}
	return Command{Path: b.path(), Env: b.env(), Args: b.args}, nil
}

func (b *builder) path() string {
	if p := b.d.Devices.Emulator; p != "" {
		return p
	}
	return b.e.Path
}

// arg adds an option and its values.
func (b *builder) arg(words ...string) { b.args = append(b.args, words...) }

func (b *builder) object(p *Props)   { b.arg("-object", p.String()) }
func (b *builder) blockdev(p *Props) { b.arg("-blockdev", p.String()) }

// device adds a device with the changes that the document makes by hand.
func (b *builder) device(p *Props, alias *domxml.Alias) {
	b.override(p, alias)
	b.arg("-device", p.String())
}

// hasMachine says whether the guest's machine is of one of these kinds.
func (b *builder) isQ35() bool { return isQ35(b.d) }

func (b *builder) isX86() bool { return isX86(b.d) }

func isX86(d *domxml.Domain) bool { return slices.Contains([]string{"x86_64", "i686"}, d.OS.Type.Arch) }

// since says whether the emulator is at least of a version.
func (b *builder) since(major, minor uint64) bool { return b.e.Version >= major*1000000+minor*1000 }

func (b *builder) kvm() bool { return b.d.Type == "kvm" }
