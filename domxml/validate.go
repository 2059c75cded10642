package domxml

// Validate refuses what does not fit together, in the order in which the
// reference looks.
func (d *Domain) Validate() error {
	for _, check := range []func() error{
		d.validateName, d.validateSysInfo, d.validateVCPUs, d.validateFirmware, d.validateHugepages, d.validateBoot,
		d.validateDisks, d.validateHostdevs, d.validateDrives, d.validateUSB, d.validateControllers, d.validateVideos,
		d.validateMemories, d.validateIOMMU, d.validateTuning, d.validateChardevs, d.validateInputs, d.validateGraphics,
		d.validateScreens, d.validatePanics, d.validateSmall, d.validateAliases, d.validateThreads,
	} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}
