package simulated

import (
	"bytes"
	"compress/gzip"
	"embed"
	"fmt"

	"github.com/govirtd/govirtd/drivers/cpumap"
	"github.com/govirtd/govirtd/drivers/qemucaps"
	"github.com/govirtd/govirtd/internal/firmware"
)

// emulatorText is the recording of QEMU 10.0 in drivers/qemucaps/testdata.
//
//go:embed emulator.json.gz
var emulatorText []byte

// firmwareFiles describe UEFI with and without secure boot, in the places where
// a distribution has them.
//
//go:embed firmware
var firmwareFiles embed.FS

func recordedEmulator() (*qemucaps.Emulator, error) {
	r, err := gzip.NewReader(bytes.NewReader(emulatorText))
	if err != nil {
		return nil, fmt.Errorf("the recorded emulator: %w", err)
	}
	return qemucaps.Load(r)
}

func recordedFirmware() ([]*firmware.Descriptor, error) {
	return firmware.Load(firmwareFiles, []string{"firmware"})
}

// models is the map of CPUs, nil where there is none.
func models(dir string) *cpumap.Map {
	if dir == "" {
		dir = cpumap.Dir
	}
	m, err := cpumap.Cached(dir)
	if err != nil {
		return nil
	}
	return m
}
