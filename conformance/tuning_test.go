package conformance

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/govirtd/govirtd/conformance/lab"
)

// tuned is a guest with something to tune.
const tuned = `<domain type='qemu'><name>%[2]s</name><uuid>a0000000-0000-4000-8000-000000000001</uuid><memory unit='MiB'>64</memory><vcpu>2</vcpu>
<iothreads>3</iothreads><os><type arch='x86_64' machine='pc'>hvm</type></os><devices>
<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='%[1]s/image'/><target dev='vda' bus='virtio'/></disk>
<disk type='file' device='cdrom'><target dev='hda' bus='ide'/></disk>
<interface type='user'><mac address='52:54:00:00:00:01'/><model type='virtio'/></interface>
<memballoon model='virtio'/></devices></domain>`

// tuningStory changes limits of a guest, running and not.
const tuningStory = `
blkdeviotune t vda
blkdeviotune t vda --total-bytes-sec 1000000 --live
blkdeviotune t vda --live
blkdeviotune t vda --total-bytes-sec-max 500 --live
blkdeviotune t vda --total-bytes-sec-max 2000000 --total-iops-sec 5 --live --config
blkdeviotune t vda --total-bytes-sec 0 --live
blkdeviotune t vda --total-bytes-sec 3000000 --live
blkdeviotune t vda --read-bytes-sec 7 --total-bytes-sec 8 --live
blkdeviotune t vda --total-bytes-sec 10 --total-bytes-sec-max 20 --total-bytes-sec-max-length 5 --live
blkdeviotune t vda --total-bytes-sec 0 --total-bytes-sec-max 0 --live
blkdeviotune t vda --total-bytes-sec 0 --total-bytes-sec-max 0 --total-bytes-sec-max-length 0 --live
blkdeviotune t vda --read-bytes-sec 7 --group-name one --live
blkdeviotune t vda --live
blkdeviotune t vda --read-bytes-sec 0 --total-iops-sec 0 --live
blkdeviotune t vda --group-name two --live
blkdeviotune t vda --total-bytes-sec 1000000000000001 --live
blkdeviotune t vda --write-bytes-sec 10 --write-bytes-sec-max 5 --config
blkdeviotune t vda --config
blkdeviotune t vdz --total-bytes-sec 5 --live
blkdeviotune t vdz --total-bytes-sec 5 --config
blkdeviotune t vdz --live
blkdeviotune t hda --total-bytes-sec 9 --live
setmem t 32M --live
setmem t 32M --live --config
setmem t 128M --live
setmem t 128M --config
domif-setlink t 52:54:00:00:00:01 down
domif-getlink t 52:54:00:00:00:01
domif-setlink t 52:54:00:00:00:01 down --config
domif-setlink t 52:54:00:00:00:01 up
iothreadset t 1 --poll-max-ns 5000 --poll-grow 2 --poll-shrink 3 --live
iothreadset t 1 --poll-max-ns 9300000000000000000
iothreadset t 1 --thread-pool-min 1 --thread-pool-max 8
iothreadset t 1 --thread-pool-max 0
iothreadset t 1 --thread-pool-min 9
iothreadset t 1 --poll-max-ns 77 --config
iothreadset t 9 --poll-max-ns 77
domstats t --iothread
iothreadadd t 4 --live --config
iothreadadd t 4
iothreadpin t 4 0 --live --config
iothreadpin t 9 0
iothreadpin t 9 0 --config
iothreadinfo t
iothreaddel t 4
iothreaddel t 9
iothreadinfo t
iothreadinfo t --config
domstats t --iothread
vcpupin t 0 0
vcpupin t 1 1 --live --config
vcpupin t 5 0
vcpupin t 5 0 --config
vcpupin t
emulatorpin t 0 --live --config
emulatorpin t
schedinfo t
memtune t
memtune t --hard-limit 1000000
memtune t --hard-limit 1000000 --live --config
memtune t --hard-limit 1000000 --config
blkiotune t
blkiotune t --weight 500
blkiotune t --weight 500 --config
numatune t --nodeset 0
numatune t --nodeset 0 --config
dumpxml t
dumpxml t --inactive
destroy t
blkdeviotune t vda --total-bytes-sec 5 --live
blkdeviotune t vda --total-bytes-sec 5
setmem t 16M
iothreadset t 1 --poll-max-ns 78
iothreadset t 1 --poll-max-ns 78 --live
iothreadadd t 5 --config
vcpupin t 0 0 --config
vcpupin t 0 0
dumpxml t
`

// tuningVaries is what the story is not about: the CPU, labels and the place among the control groups.
var tuningVaries = regexp.MustCompile(`(?s)  <resource>.*?</resource>\n|<cpu .*?</cpu>|<seclabel.*?</seclabel>| id='\d+'|id="\d+"`)

// TestTuning changes limits of a guest of libvirtd 11.3.0 and of one of govirtd beside it: all answers are the same, the
// documents too, and so is what clients hear.
func TestTuning(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		lab.Missing(t, "root, to run both on the same host")
	}
	virsh := lab.ChrootVirsh(t)
	reference := lab.Reference(t)
	ours := lab.Beside(t, reference, "--qemu", "real")
	tell := func(d *lab.Daemon) (steps, answers []string, events string) {
		uri := "qemu+unix:///system?socket=" + d.Socket()
		dir := d.WorkDir
		for dir := dir; dir != "/tmp"; dir = filepath.Dir(dir) {
			if err := os.Chmod(dir, 0o755); err != nil {
				t.Error(err)
			}
		}
		file := filepath.Join(dir, "t.xml")
		if err := os.WriteFile(filepath.Join(dir, "image"), make([]byte, 1<<20), 0o644); err != nil {
			t.Error(err)
		}
		if err := os.WriteFile(file, fmt.Appendf(nil, tuned, dir, "t"), 0o644); err != nil {
			t.Error(err)
		}
		heard := &lab.Log{}
		listener := virsh.Command(t.Context(), dir, "-c", uri, "event", "--all", "--loop")
		listener.Stdout = heard
		if err := listener.Start(); err != nil {
			t.Error(err)
			return nil, nil, ""
		}
		time.Sleep(300 * time.Millisecond) // virsh does not say when it listens
		for step := range strings.Lines("define " + file + "\nstart t --paused" + tuningStory) {
			step = strings.TrimSpace(step)
			a := virsh.Run(d.Place, nil, "", append([]string{"-c", uri}, strings.Fields(step)...)...)
			text := fmt.Sprintf("exit %d\n%s%s", a.Exit, a.Stdout, a.Stderr)
			if strings.HasPrefix(step, "dumpxml") {
				text = tuningVaries.ReplaceAllString(text, "")
			}
			steps, answers = append(steps, step), append(answers, strings.ReplaceAll(text, dir, "DIR"))
		}
		time.Sleep(300 * time.Millisecond)
		listener.Process.Kill()
		listener.Wait()
		return steps, answers, heard.String()
	}
	var want []string
	var wantEvents string
	done := make(chan struct{})
	go func() { defer close(done); _, want, wantEvents = tell(reference) }()
	steps, got, gotEvents := tell(ours)
	<-done
	for i := range min(len(steps), len(got), len(want)) {
		if got[i] != want[i] {
			t.Errorf("%s\ngovirtd: %s\nlibvirtd: %s", steps[i], got[i], want[i])
		}
	}
	if gotEvents != wantEvents {
		t.Errorf("events of govirtd\n%s\nof libvirtd\n%s", gotEvents, wantEvents)
	}
}
