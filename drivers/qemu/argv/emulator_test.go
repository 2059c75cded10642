package argv

import (
	"os"
	"sync"

	"github.com/govirtd/govirtd/drivers/qemucaps"
)

// qemu10 is the recorded QEMU 10.0, qemu7 the recorded 7.2.
var (
	qemu10 = sync.OnceValue(func() *qemucaps.Emulator { return recorded("10.0") })
	qemu7  = sync.OnceValue(func() *qemucaps.Emulator { return recorded("7.2") })
)

func recorded(version string) *qemucaps.Emulator {
	f, err := os.Open("../../qemucaps/testdata/qemu-" + version + "-x86_64.json")
	if err != nil {
		panic(err)
	}
	defer f.Close()
	e, err := qemucaps.Load(f)
	if err != nil {
		panic(err)
	}
	return e
}
