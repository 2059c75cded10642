package argv

import (
	"strconv"
	"time"

	"github.com/govirtd/govirtd/domxml"
)

// clock is what the guest's clock starts with and what keeps it right.
func (b *builder) clock() error {
	base, err := b.clockBase()
	if err != nil {
		return err
	}
	w := word("base=" + base)
	globals := []string{}
	for _, t := range b.d.Clock.Timers {
		switch t.Name {
		case "rtc":
			w.put("clock", map[string]string{"guest": "vm", "wall": "host", "realtime": "rt"}[t.Track])
			if t.TickPolicy == "catchup" {
				w.set("driftfix", "slew")
			}
		case "pit":
			switch t.TickPolicy {
			case "delay", "discard":
				globals = append(globals, "kvm-pit.lost_tick_policy="+t.TickPolicy)
			}
		case "hpet":
			if t.Present == domxml.No && !b.e.HasOption("machine", "hpet") && b.isX86() {
				defer b.arg("-no-hpet")
			}
		}
	}
	b.arg("-rtc", w.String())
	for _, g := range globals {
		b.arg("-global", g)
	}
	return nil
}

// rtcFormat is a time as the emulator reads it.
const rtcFormat = "2006-01-02T15:04:05"

func (b *builder) clockBase() (string, error) {
	c := &b.d.Clock
	switch c.Offset {
	case "", "utc":
		return "utc", nil
	case "localtime", "timezone":
		return "localtime", nil
	case "absolute":
		return time.Unix(int64(value(c.Start)), 0).UTC().Format(rtcFormat), nil
	case "variable":
		adjustment := int64(0)
		if c.Adjustment != "" && c.Adjustment != "reset" {
			n, err := strconv.ParseInt(c.Adjustment, 10, 64)
			if err != nil {
				return "", errUnsupported("unsupported clock adjustment='reset'")
			}
			adjustment = n
		}
		now := b.o.Now
		if now.IsZero() {
			now = time.Now()
		}
		now = now.Add(time.Duration(adjustment) * time.Second)
		if c.Basis == "localtime" {
			return now.Format(rtcFormat), nil
		}
		return now.UTC().Format(rtcFormat), nil
	}
	return "", errUnsupported("unsupported clock offset '%s'", c.Offset)
}

// lifecycle keeps the emulator when the guest has shut down: what happens then
// is the daemon's choice.
func (b *builder) lifecycle() error {
	b.arg("-no-shutdown")
	if !bool(b.d.Features.ACPI) && b.isX86() && !b.e.HasOption("machine", "acpi") {
		b.arg("-no-acpi")
	}
	return nil
}

// power says whether a guest may sleep.
func (b *builder) power() error {
	pm := b.d.PM
	if pm == nil {
		return nil
	}
	device := "PIIX4_PM"
	if b.isQ35() {
		device = "ICH9-LPC"
	}
	if s := pm.SuspendToMem; s != nil && s.Enabled != "" {
		b.arg("-global", device+".disable_s3="+disabled(s.Enabled))
	}
	if s := pm.SuspendToDisk; s != nil && s.Enabled != "" {
		b.arg("-global", device+".disable_s4="+disabled(s.Enabled))
	}
	return nil
}

// rootHotplug says whether devices can be plugged into the root of the older PC.
func (b *builder) rootHotplug() error {
	if !isI440FX(b.d) {
		return nil
	}
	if c := findController(b.d, domxml.ControllerPCI, 0); c != nil && c.Target != nil && c.Target.Hotplug != "" {
		b.arg("-global", "PIIX4_PM.acpi-root-pci-hotplug="+string(c.Target.Hotplug))
	}
	return nil
}

func disabled(v domxml.YesNo) string {
	if v == domxml.No {
		return "1"
	}
	return "0"
}
