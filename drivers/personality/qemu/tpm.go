package qemupersonality

import "slices"

// completeTPMs chooses model and version.
func (d *definition) completeTPMs() error {
	for i := range d.Devices.TPMs {
		t := &d.Devices.TPMs[i]
		if t.Model == "" {
			switch {
			case d.isPSeries():
				t.Model = "tpm-spapr"
			default:
				t.Model = "tpm-tis"
			}
		}
		if t.Backend.Type == "emulator" && t.Backend.Version == "" {
			if t.Backend.Version = "1.2"; t.Model != "tpm-tis" || d.isARM() {
				t.Backend.Version = "2.0"
			}
		}
	}
	return nil
}

// validateTPMs knows what the emulator has; a proxy may stand beside one.
func (d *definition) validateTPMs() error {
	proxies, others := 0, 0
	for _, t := range d.Devices.TPMs {
		if t.Backend.Version == "1.2" && slices.Contains([]string{"tpm-crb", "tpm-spapr"}, t.Model) {
			return errUnsupported("TPM 1.2 is not supported for model '%s'", t.Model)
		}
		if !d.emu.HasType(t.Model) && !d.emu.HasType(t.Model+"-device") {
			return errUnsupported("The QEMU executable %s does not support TPM model %s", d.Devices.Emulator, t.Model)
		}
		if t.Model == "spapr-tpm-proxy" {
			proxies++
		} else {
			others++
		}
	}
	if proxies > 1 {
		return errUnsupported("only a single TPM Proxy device is supported")
	}
	if others > 1 {
		return errUnsupported("only a single TPM non-proxy device is supported")
	}
	return nil
}
