package gen

import (
	"strings"
	"unicode"
)

// initialisms are the words that Go code does not write with one capital, as
// the C functions write them. Words that those write with one capital are
// missing on purpose: virDomainGetBlockIoTune.
var initialisms = map[string]string{
	"cpu": "CPU", "cpus": "CPUs", "cpumap": "CPUMap", "cpumaps": "CPUMaps", "dhcp": "DHCP", "doi": "DOI", "fd": "FD",
	"fsfreeze": "FSFreeze", "fsinfo": "FSInfo", "fsthaw": "FSThaw", "fstrim": "FSTrim", "gid": "GID",
	"id": "ID", "ids": "IDs", "iothread": "IOThread", "iothreads": "IOThreads", "ip": "IP",
	"mac": "MAC", "nic": "NIC", "nmi": "NMI", "nwfilter": "NWFilter", "nwfilters": "NWFilters", "os": "OS",
	"pid": "PID", "pm": "PM", "pmsuspend": "PMSuspend", "pmwakeup": "PMWakeup", "rpc": "RPC", "rtc": "RTC",
	"sasl": "SASL", "scsi": "SCSI", "sev": "SEV", "ssh": "SSH", "uid": "UID", "uri": "URI", "uuid": "UUID",
	"uuids": "UUIDs", "wwn": "WWN", "wwnn": "WWNN", "wwpn": "WWPN", "xml": "XML", "xmls": "XMLs",
}

// camel makes a Go name of a name in the source: words are parted by
// underscores and by capitals, all-capital names count as lower case.
func camel(s string) string {
	if strings.ToUpper(s) == s {
		s = strings.ToLower(s)
	}
	var b strings.Builder
	for _, part := range strings.Split(s, "_") {
		for _, word := range humps(part) {
			b.WriteString(capital(word))
		}
	}
	return b.String()
}

func capital(word string) string {
	if w, ok := initialisms[strings.ToLower(word)]; ok {
		return w
	}
	return strings.ToUpper(word[:1]) + word[1:]
}

// humps parts "nrVirtCpu" into nr, Virt, Cpu; a run of capitals stays whole.
func humps(s string) (words []string) {
	start := 0
	for i := 1; i < len(s); i++ {
		if unicode.IsUpper(rune(s[i])) && !unicode.IsUpper(rune(s[i-1])) {
			words = append(words, s[start:i])
			start = i
		}
	}
	if start < len(s) {
		words = append(words, s[start:])
	}
	return words
}

// strip takes the longest of the prefixes off a name, and puts in its place
// what the prefix says. A name that is nothing but prefix stays.
func strip(name string, prefixes []string) string {
	best, replacement := 0, ""
	for _, p := range prefixes {
		old, with, _ := strings.Cut(p, "=")
		if len(old) > best && len(old) < len(name) && strings.EqualFold(name[:len(old)], old) {
			best, replacement = len(old), with
		}
	}
	return replacement + name[best:]
}
