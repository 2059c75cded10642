package domxml

import (
	"slices"
	"strconv"
)

// Clock is the guest's clock: where it starts, and its timers.
type Clock struct {
	// Offset is what the clock starts with: utc, localtime, timezone, variable
	// or absolute.
	Offset string `xml:"offset,attr"`
	// Start is the second that an absolute clock begins with.
	Start *uint64 `xml:"start,attr,omitempty"`
	// Adjustment is a number of seconds, or reset.
	Adjustment string  `xml:"adjustment,attr,omitempty"`
	Basis      string  `xml:"basis,attr,omitempty"`
	Timezone   string  `xml:"timezone,attr,omitempty"`
	Timers     []Timer `xml:"timer"`
}

// Timer is one source of time.
type Timer struct {
	Name       string        `xml:"name,attr" vir:"required enum=platform|pit|rtc|hpet|tsc|kvmclock|hypervclock|armvtimer"`
	TickPolicy string        `xml:"tickpolicy,attr,omitempty" vir:"enum=delay|catchup|merge|discard"`
	Track      string        `xml:"track,attr,omitempty" vir:"enum=boot|guest|wall|realtime"`
	Present    YesNo         `xml:"present,attr,omitempty"`
	Frequency  uint64        `xml:"frequency,attr,omitempty"`
	Mode       string        `xml:"mode,attr,omitempty" vir:"enum=auto|native|emulate|paravirt|smpsafe"`
	CatchUp    *TimerCatchUp `xml:"catchup"`
}

// TimerCatchUp is how missed ticks are made up for.
type TimerCatchUp struct {
	Threshold uint `xml:"threshold,attr,omitempty"`
	Slew      uint `xml:"slew,attr,omitempty"`
	Limit     uint `xml:"limit,attr,omitempty"`
}

var clockOffsets = []string{"utc", "localtime", "variable", "timezone", "absolute"}

func (c *Clock) parseNode(d *decoder, n node) error {
	var raw Clock
	raw.Offset, _ = n.Attr("offset")
	if raw.Offset == "" {
		raw.Offset = "utc"
	}
	if !slices.Contains(clockOffsets, raw.Offset) {
		return errUnsupported("unknown clock offset '%s'", raw.Offset)
	}
	adjustment, has := n.Attr("adjustment")
	seconds, err := strconv.ParseInt(adjustment, 10, 64)
	switch raw.Offset {
	case "utc", "localtime":
		switch {
		case !has:
		case adjustment == "reset":
			raw.Adjustment = adjustment
		case err != nil:
			return errXML("unknown clock adjustment '%s'", adjustment)
		default:
			// a clock with an adjustment is a variable one, based on what it was
			raw.Basis, raw.Offset = raw.Offset, "variable"
			raw.Adjustment = strconv.FormatInt(seconds, 10)
		}
	case "variable":
		raw.Adjustment = "0"
		if err == nil {
			raw.Adjustment = strconv.FormatInt(seconds, 10)
		}
		switch raw.Basis, _ = n.Attr("basis"); raw.Basis {
		case "":
			raw.Basis = "utc"
		case "utc", "localtime":
		default:
			return errValue("basis", n.Name(), raw.Basis, "")
		}
	case "timezone":
		if raw.Timezone, has = n.Attr("timezone"); !has {
			return errInternal("missing 'timezone' attribute for clock with offset='timezone'")
		}
	case "absolute":
		s, ok := n.Attr("start")
		start, err := strconv.ParseUint(s, 10, 64)
		if !ok || err != nil {
			return errInternal("missing 'start' attribute for clock with offset='absolute'")
		}
		raw.Start = &start
	}
	var timers struct {
		Timers []Timer `xml:"timer"`
	}
	if err := d.decode(n, &timers); err != nil {
		return err
	}
	raw.Timers = timers.Timers
	*c = raw
	return nil
}

func (c *TimerCatchUp) hidden(FormatFlags) bool { return *c == TimerCatchUp{} }
