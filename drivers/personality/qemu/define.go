package qemupersonality

import (
	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers/qemucaps"
)

// definitionOf finds the emulator of a document whose machine is settled.
func (p *Personality) definitionOf(dom *domxml.Domain) (*definition, error) {
	e, err := p.emulator(dom.Devices.Emulator)
	if err != nil {
		return nil, err
	}
	return newDefinition(dom, &p.cfg, e), nil
}

func newDefinition(dom *domxml.Domain, cfg *Config, e *qemucaps.Emulator) *definition {
	return &definition{Domain: dom, cfg: cfg, emu: e}
}

// inOrder calls steps until one fails.
func inOrder(steps ...func() error) error {
	for _, f := range steps {
		if err := f(); err != nil {
			return err
		}
	}
	return nil
}

// addDefaults is the second step: what the machine brings along, and what is
// about the domain as a whole.
func (p *Personality) addDefaults(dom *domxml.Domain) error {
	d, err := p.definitionOf(dom)
	if err != nil {
		return err
	}
	d.keepNamespace()
	return inOrder(
		d.completeHugepages,
		d.completeNUMA,
		d.addDefaultDevices,
		d.completeInputs,
		d.completeIOMMU,
		d.completeFeatures,
		d.completeCPU,
		d.completeClock,
		d.completeFirmware,
		d.completeAudio,
		d.completeSecLabels,
	)
}

// completeDevices is the third step: each device by itself.
func (p *Personality) completeDevices(dom *domxml.Domain) error {
	d, err := p.definitionOf(dom)
	if err != nil {
		return err
	}
	return inOrder(
		d.completeDisks,
		d.completeFilesystems,
		d.completeInterfaces,
		d.completeChardevs,
		d.completeGraphics,
		d.completeSounds,
		d.completeHostdevs,
		d.completeRedirDevs,
		d.completeWatchdogs,
		d.completePanics,
		d.completeTPMs,
		d.completeShmems,
		d.completeVSock,
		d.completeMemoryDevices,
	)
}

// CompleteDomain is the last step: what follows from all devices together,
// their places, and the checks.
func (p *Personality) CompleteDomain(dom *domxml.Domain) error {
	d, err := p.definitionOf(dom)
	if err != nil {
		return err
	}
	return inOrder(d.completeControllers, d.completeVideos, d.assignAddresses, d.validateDomain, dom.ValidateDevices, d.validateDevices)
}

// keepNamespace drops what belongs to other drivers.
func (d *definition) keepNamespace() {
	d.DomainNamespaces.KeepNamespace(domxml.NamespaceQEMU)
}
