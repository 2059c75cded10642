package domxml

// Validate refuses what does not fit together, in the order in which the
// reference looks.
func (d *Domain) Validate() error {
	for _, check := range []func() error{
		d.validateName, d.validateVCPUs, d.validateBoot, d.validateDisks, d.validateUSB, d.validateControllers, d.validateTuning,
	} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}
