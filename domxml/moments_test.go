package domxml

import (
	"regexp"
	"strconv"
	"testing"

	"github.com/govirtd/govirtd/internal/corpus"
)

// mockTime finds the seconds that the reference's own tests pretend.
var mockTime = regexp.MustCompile(`\b1[0-9]{9}\b`)

func timeOf(note string) int64 {
	n, _ := strconv.ParseInt(mockTime.FindString(note), 10, 64)
	return n
}

// sameText compares two documents; the corpus has no entry with volatile parts.
func sameText(t *testing.T, name, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s:\n%s\nwant:\n%s", name, got, want)
	}
}

// mode is how the reference's own test reads an entry.
func mode(e *corpus.Entry) []Option {
	if len(e.In) > 3 && e.In[:3] == "in/" {
		return []Option{New()}
	}
	return nil
}

func TestSnapshotCorpus(t *testing.T) {
	for _, e := range corpus.Index(t, "snapshot") {
		s, err := ParseDomainSnapshot(e.Input(t), mode(&e)...)
		if err != nil {
			t.Errorf("%s: %v", e.Name, err)
			continue
		}
		if e.Name == "noparent" {
			// The golden is of the reading that keeps everything.
			s, _ = ParseDomainSnapshot(e.Input(t))
		}
		if n := timeOf(e.Note); n != 0 {
			s.CreationTime = n
		}
		text, _ := FormatDomainSnapshot(s, FormatSecure)
		sameText(t, e.Name, string(text), string(e.Golden(t)))
		again, err := ParseDomainSnapshot(text)
		if err != nil {
			t.Errorf("%s, again: %v", e.Name, err)
			continue
		}
		second, _ := FormatDomainSnapshot(again, FormatSecure)
		sameText(t, e.Name+", again", string(second), string(text))
	}
}

func TestCheckpointCorpus(t *testing.T) {
	for _, e := range corpus.Index(t, "checkpoint") {
		c, err := ParseDomainCheckpoint(e.Input(t), mode(&e)...)
		if err != nil {
			t.Errorf("%s: %v", e.Name, err)
			continue
		}
		if n := timeOf(e.Note); n != 0 {
			// What the reference's test fills in, as its note says.
			c.CreationTime, c.Parent = n, "1525111885"
			if c.Name == "" {
				c.Name = strconv.FormatInt(n, 10)
			}
			if len(c.Disks) == 0 {
				size := uint64(1 << 20)
				c.Disks = []CheckpointDisk{{Name: "vda", Checkpoint: CheckpointBitmap, Size: &size}}
			}
			c.NameBitmaps()
		}
		text, _ := FormatDomainCheckpoint(c, FormatSecure)
		sameText(t, e.Name, string(text), string(e.Golden(t)))
		again, err := ParseDomainCheckpoint(text)
		if err != nil {
			t.Errorf("%s, again: %v", e.Name, err)
			continue
		}
		second, _ := FormatDomainCheckpoint(again, FormatSecure)
		sameText(t, e.Name+", again", string(second), string(text))
	}
}

func TestBackupCorpus(t *testing.T) {
	for _, e := range corpus.Index(t, "backup") {
		b, err := ParseDomainBackup(e.Input(t), Live())
		if err != nil {
			t.Errorf("%s: %v", e.Name, err)
			continue
		}
		// The domain of the reference's test has the disks that the document
		// names and one more.
		dom := &Domain{}
		for _, k := range b.Disks {
			dom.Devices.Disks = append(dom.Devices.Disks, Disk{Target: DiskTarget{Dev: k.Name}})
		}
		dom.Devices.Disks = append(dom.Devices.Disks, Disk{Target: DiskTarget{Dev: "vdextradisk"}})
		if err := b.AlignDisks(dom); err != nil {
			t.Errorf("%s: %v", e.Name, err)
			continue
		}
		text, _ := FormatDomainBackup(b, 0)
		sameText(t, e.Name, string(text), string(e.Golden(t)))
		again, err := ParseDomainBackup(text, Live())
		if err != nil {
			t.Errorf("%s, again: %v", e.Name, err)
			continue
		}
		second, _ := FormatDomainBackup(again, 0)
		sameText(t, e.Name+", again", string(second), string(text))
	}
}
