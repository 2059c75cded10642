package domxml

import (
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestHostile reads documents made to be expensive: each is answered soon and
// with little memory, and with an error unless it is only strange.
func TestHostile(t *testing.T) {
	const head = "<domain type='kvm'><name>a</name><memory>1</memory><os><type>hvm</type></os>"
	laughs := "<!DOCTYPE d [<!ENTITY a 'lol'>"
	for c := 'b'; c < 'k'; c++ {
		laughs += "<!ENTITY " + string(c) + " '" + strings.Repeat("&"+string(c-1)+";", 10) + "'>"
	}
	attrs := ""
	for i := range 20000 {
		attrs += " a" + strings.Repeat("b", i%7) + string(rune('a'+i%26)) + strings.Repeat("c", i/182) + "='1'"
	}
	for name, c := range map[string]struct {
		doc string
		ok  bool
	}{
		"blank lines":        {strings.Repeat("\n", 100000) + head + strings.Repeat("\n", 100000) + "</domain>", true},
		"blank lines only":   {strings.Repeat("\n", 500), false},
		"billion laughs":     {laughs + "]>" + head + "<title>&j;</title></domain>", false},
		"quadratic entities": {"<!DOCTYPE d [<!ENTITY a '" + strings.Repeat("x", 100000) + "'>]>" + head + "<title>" + strings.Repeat("&a;", 100000) + "</title></domain>", false},
		"external entity":    {"<!DOCTYPE d [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>" + head + "<title>&a;</title></domain>", false},
		"depth":              {head + strings.Repeat("<a>", 1000000), false},
		"backing chain":      {head + "<devices><disk><source file='/a'/>" + strings.Repeat("<backingStore type='file'><format type='raw'/><source file='/a'/>", 100000), false},
		"invalid UTF-8":      {head + "<title>\xff\xfe</title></domain>", false},
		"overlong UTF-8":     {head + "<title>\xc0\xaf</title></domain>", false},
		"surrogate":          {head + "<title>\xed\xa0\x80</title></domain>", false},
		"NUL byte":           {head + "<title>a\x00b</title></domain>", false},
		"NUL reference":      {head + "<title>&#0;</title></domain>", false},
		"NUL in a tag":       {"<dom\x00ain type='kvm'/>", false},
		"huge attribute":     {"<domain type='" + strings.Repeat("x", 8<<20) + "'><name>a</name></domain>", false},
		"huge text":          {head + "<description>" + strings.Repeat("x", 8<<20) + "</description></domain>", true},
		"many attributes":    {"<domain type='kvm'" + attrs + "/>", false},
		"many elements":      {head + "<devices>" + strings.Repeat("<disk/>", 300000) + "</devices></domain>", false},
		"many nodes":         {head + strings.Repeat("<a/>", 600000) + "</domain>", false},
		"many vcpus":         {head + "<vcpu>4294967295</vcpu><vcpus><vcpu id='0' enabled='yes'/></vcpus></domain>", false},
		"many iothreads":     {head + "<iothreads>4294967295</iothreads><iothreadids><iothread id='1'/></iothreadids></domain>", true},
		"far controller":     {head + "<devices><disk type='file'><source file='/a'/><target dev='sda' bus='scsi'/><address type='drive' controller='4294967295'/></disk></devices></domain>", true},
		"far cpu":            {head + "<vcpu cpuset='0-99999999'>1</vcpu></domain>", false},
		"huge":               {head + strings.Repeat(" ", 17<<20) + "</domain>", false},
		"cdata":              {head + "<title><![CDATA[" + strings.Repeat("]", 1<<20) + "</title></domain>", false},
		"comment":            {"<!--" + strings.Repeat("- ", 1<<20), false},
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			err := readAll([]byte(c.doc))
			took := time.Since(start)
			runtime.ReadMemStats(&after)
			if used := after.TotalAlloc - before.TotalAlloc; used > 4<<20+80*uint64(len(c.doc)) || used > 256<<20 {
				t.Errorf("%d bytes for a document of %d", used, len(c.doc))
			}
			if took > 10*time.Second {
				t.Errorf("%v", took)
			}
			if c.ok != (err == nil) {
				t.Errorf("%.300v", err)
			}
			if err != nil && len(err.Error()) > 20<<20 {
				t.Errorf("an error of %d bytes", len(err.Error()))
			}
			if _, err := CheckSchema([]byte(c.doc)); err == nil && took > 10*time.Second {
				t.Error("slow")
			}
		})
	}
}
