package domxml

// ValidateDevices is the part of Validate that is about single devices, for
// drivers that look at them afterwards.
func (d *Domain) ValidateDevices() error {
	return validateAll(
		d.validateDisks, d.validateHostdevs, d.validateDrives, d.validateUSB, d.validateControllers, d.validateVideos,
		d.validateIOMMU, d.validateChardevs, d.validateInputs, d.validateGraphics, d.validateScreens, d.validatePanics,
		d.validateSmall, d.validateMemories,
	)
}

func validateAll(checks ...func() error) error {
	for _, check := range checks {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// Validate refuses what does not fit together, in the order in which the
// reference looks.
func (d *Domain) Validate() error {
	return validateAll(
		d.validateName, d.validateSysInfo, d.validateVCPUs, d.ValidateFirmware, d.validateHugepages, d.validateBoot,
		d.validateDisks, d.validateHostdevs, d.validateDrives, d.validateUSB, d.validateControllers, d.validateVideos,
		d.validateMemories, d.validateIOMMU, d.validateTuning, d.validateChardevs, d.validateInputs, d.validateGraphics,
		d.validateScreens, d.validatePanics, d.validateSmall, d.validateAliases, d.validateThreads,
	)
}
