package argv

import (
	"strconv"
	"strings"
)

// filterField is a number of a rule in hexadecimal, width digits, or -1.
func filterField(s string, width int) string {
	n, err := strconv.ParseInt(s, 0, 64)
	if s == "" || err != nil || n < 0 {
		return "-1"
	}
	digits := strings.ToUpper(strconv.FormatInt(n, 16))
	return "0x" + strings.Repeat("0", max(0, width-len(digits))) + digits
}

// filterVersion is a version of a rule, 1.10, in the form that devices have it
// in: 0x0110.
func filterVersion(s string) string {
	if s == "" || s == "-1" {
		return "-1"
	}
	major, minor, _ := strings.Cut(s, ".")
	a, err1 := strconv.ParseUint(major, 10, 8)
	c, err2 := strconv.ParseUint(minor, 10, 8)
	if err1 != nil || minor != "" && err2 != nil {
		return "-1"
	}
	bcd := func(n uint64) uint64 { return n/10<<4 | n%10 }
	return filterField("0x"+strconv.FormatUint(bcd(a)<<8|bcd(c), 16), 4)
}
