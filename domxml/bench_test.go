package domxml

import (
	"encoding/xml"
	"os"
	"testing"
)

func guestXML(t testing.TB) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/guest.xml")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestGuest is that the document for the benchmarks is canonical, so that
// formatting makes the same text.
func TestGuest(t *testing.T) {
	doc := guestXML(t)
	got, err := rewrite(doc, FormatSecure)
	if err != nil || got != string(doc) {
		t.Errorf("%v\n%s", err, got)
	}
	if found, err := CheckSchema(doc); err != nil || len(found) > 0 {
		t.Errorf("%v %v", found, err)
	}
	var d Domain
	if err := xml.Unmarshal(doc, &d); err != nil || len(d.Devices.Disks) != 3 || d.Devices.Disks[0].Target.Dev != "vda" {
		t.Errorf("encoding/xml reads %d disks, %v", len(d.Devices.Disks), err)
	}
}

func BenchmarkParseDomain(b *testing.B) {
	doc := guestXML(b)
	b.SetBytes(int64(len(doc)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseDomain(doc); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParseDomainStandard(b *testing.B) {
	doc := guestXML(b)
	b.SetBytes(int64(len(doc)))
	b.ReportAllocs()
	for b.Loop() {
		var d Domain
		if err := xml.Unmarshal(doc, &d); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFormatDomain(b *testing.B) {
	doc := guestXML(b)
	d, err := ParseDomain(doc)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(doc)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := FormatDomain(d, FormatSecure); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFormatDomainStandard(b *testing.B) {
	doc := guestXML(b)
	d, err := ParseDomain(doc)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(doc)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := xml.MarshalIndent(d, "", "  "); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCheckSchema(b *testing.B) {
	doc := guestXML(b)
	b.SetBytes(int64(len(doc)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := CheckSchema(doc); err != nil {
			b.Fatal(err)
		}
	}
}

// TestAllocations pins what reading costs in memory: a quarter of what
// encoding/xml allocates, and 40 KB.
func TestAllocations(t *testing.T) {
	doc := guestXML(t)
	own := testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		for range b.N {
			if _, err := ParseDomain(doc); err != nil {
				b.Fatal(err)
			}
		}
	})
	standard := testing.AllocsPerRun(20, func() {
		var d Domain
		if err := xml.Unmarshal(doc, &d); err != nil {
			t.Fatal(err)
		}
	})
	t.Logf("%d allocations of %d bytes; encoding/xml %v", own.AllocsPerOp(), own.AllocedBytesPerOp(), standard)
	if float64(own.AllocsPerOp()) > standard/4 || own.AllocedBytesPerOp() > 40<<10 {
		t.Error("more than before")
	}
}
