package qemupersonality

import (
	"slices"
	"strings"

	"github.com/govirtd/govirtd/domxml"
)

// validateDomain refuses what is about the domain as a whole, before devices
// are looked at.
func (d *definition) validateDomain() error {
	return inOrder(
		d.validateMachine,
		d.validateFirmware,
		d.validateTuning,
		d.validateLifecycle,
		d.validateBoot,
		d.validateVCPUs,
		d.validateFeatures,
		d.validateTimers,
		d.validateCPU,
		d.validateTopology,
		d.validateMemoryBacking,
		d.validateLaunchSecurity,
		d.validateSysInfo,
	)
}

// validateMachine wants what the emulator has.
func (d *definition) validateMachine() error {
	if err := d.validateEmulator(); err != nil {
		return err
	}
	if d.Bootloader != "" {
		return errUnsupported("bootloader is not supported by QEMU")
	}
	return nil
}

func (d *definition) validateTuning() error {
	if t := d.MemTune; t != nil && t.MinGuarantee != nil {
		return errUnsupported("Parameter 'min_guarantee' not supported by QEMU.")
	}
	if t := d.CPUTune; t != nil && d.Type != "kvm" && (len(t.CacheTunes) > 0 || len(t.MemoryTunes) > 0) {
		return errUnsupported("cachetune is only supported for KVM domains")
	}
	return nil
}

func (d *definition) validateLifecycle() error {
	for _, a := range []domxml.LifecycleAction{d.OnPoweroff, d.OnReboot} {
		if a == domxml.LifecyclePreserve {
			return errUnsupported("qemu driver doesn't support the 'preserve' action for 'on_reboot'/'on_poweroff'")
		}
	}
	for _, a := range []domxml.LifecycleAction{d.OnPoweroff, d.OnReboot, d.OnCrash} {
		if a == domxml.LifecycleRestartRename {
			return errUnsupported("qemu driver doesn't support the 'rename-restart' action for 'on_reboot'/'on_poweroff'/'on_crash'")
		}
	}
	if d.OnReboot == domxml.LifecycleDestroy && d.OnPoweroff == domxml.LifecycleRestart {
		// the reference forgets a quotation mark
		return errUnsupported("qemu driver doesn't support 'onReboot' set to 'destroy and 'onPoweroff' set to 'reboot'")
	}
	return nil
}

func (d *definition) validateBoot() error {
	if b := d.OS.BIOS; b != nil && b.UseSerial == domxml.Yes && len(d.Devices.Serials) == 0 {
		return errXML("need at least one serial port to use BIOS serial output")
	}
	for _, t := range d.OS.ACPI {
		if t.Type == "rawset" {
			return errUnsupported("ACPI table type '%s' is not supported", t.Type)
		}
	}
	return nil
}

// eimLimit is how many CPUs a PC has without extended interrupts.
const eimLimit = 255

func (d *definition) validateVCPUs() error {
	m, _ := d.emu.Machine(d.OS.Type.Machine)
	if m.MaxCPUs > 0 && d.VCPU.Value > uint(m.MaxCPUs) {
		return errUnsupported("Maximum CPUs greater than specified machine type limit %d", m.MaxCPUs)
	}
	if d.isX86() && d.VCPU.Value > eimLimit {
		if !d.isQ35() {
			return errUnsupported("more than %d vCPUs are only supported on q35-based machine types", eimLimit)
		}
		u := d.Devices.IOMMU
		if u != nil && (u.Driver == nil || u.Driver.EIM != domxml.On) {
			return errUnsupported("more than %d vCPUs require extended interrupt mode enabled on the iommu device", eimLimit)
		}
	}
	return d.validateHotplugCPUs()
}

// validateHotplugCPUs wants the first CPU to be there, and those that cannot
// be plugged in to be there from the start.
func (d *definition) validateHotplugCPUs() error {
	if len(d.VCPUs) == 0 {
		return nil
	}
	first := d.VCPUs[0]
	if first.Enabled != domxml.Yes {
		return errUnsupported("vcpu 0 can't be offline")
	}
	if first.Hotpluggable == domxml.Yes {
		return errUnsupported("vcpu0 can't be hotpluggable")
	}
	if first.Order > 1 {
		return errUnsupported("vcpu0 must be enabled first")
	}
	return nil
}

func (d *definition) validateLaunchSecurity() error {
	s := d.LaunchSecurity
	if s == nil {
		return nil
	}
	if !slices.Contains(d.cfg.LaunchSecurity, s.Type) {
		return errUnsupported("'%s' launch security is not supported with this QEMU binary", s.Type)
	}
	return nil
}

func (d *definition) validateSysInfo() error {
	for _, s := range d.SysInfo {
		for _, e := range s.FWCfg {
			if !strings.HasPrefix(e.Name, "opt/") {
				return errUnsupported("Invalid firmware name")
			}
			if strings.HasPrefix(e.Name, "opt/ovmf/") || strings.HasPrefix(e.Name, "opt/org.qemu/") {
				return errUnsupported("That firmware name is reserved")
			}
		}
	}
	return nil
}

// validateDevices refuses what is about single devices.
func (d *definition) validateDevices() error {
	return inOrder(
		d.validateAddresses,
		d.validateDisks,
		d.validateInterfaces,
		d.validateSounds,
		d.validateHostdevs,
		d.validateFilesystems,
		d.validateControllers,
		d.validateSmartcards,
		d.validateChardevs,
		d.validateInputs,
		d.validateRedirDevs,
		d.validateVideos,
		d.validateGraphics,
		d.validateWatchdogs,
		d.validateNVRAM,
		d.validateShmems,
		d.validateRNGs,
		d.validatePanics,
		d.validateMemoryDevices,
		d.validateTPMs,
		d.validateCryptos,
		d.validatePStore,
		d.validateIOMMU,
	)
}
