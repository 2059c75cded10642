package argv

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// missing skips a test for want of something, which CI has to have.
func missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("GOVIRTD_CI") == "1" {
		t.Fatal(what)
	}
	t.Skip(what)
}

// TestAccepted lets the QEMU 10.0 of the reference's system take the
// reference's commands and ours, both with the same things of the host put in
// place of those that this host does not have. Of those that it takes from the
// reference it takes at least 99 of 100 from us.
//
// GOVIRTD_QEMU_ROWS says how many rows there are: all, or 1/N (1/16 by default,
// half a minute).
func TestAccepted(t *testing.T) {
	if testing.Short() {
		t.Skip("starts emulators")
	}
	system := qemuSystem(t)
	every := sampling()
	dir := t.TempDir()
	var names []string
	for _, kind := range []string{"domain-qemu", "domain-generic"} {
		for i, row := range nativeRows(t, kind) {
			if !row.OK || i%max(every, 1) != 0 {
				continue
			}
			c, err := buildNative(&row)
			if err != nil {
				t.Errorf("%s: %v", row.Name, err)
				continue
			}
			_, path, args := split(shellWords(row.Argv))
			name := kind + "--" + row.Name
			writeJob(t, dir, name+".reference", path, args)
			writeJob(t, dir, name+".ours", c.Path, c.Args)
			names = append(names, name)
		}
	}
	start := time.Now()
	runJobs(t, system, dir)
	var taken, refused []string
	reasons := map[string]int{}
	for _, name := range names {
		theirs, why := jobResult(t, dir, name+".reference")
		if !theirs {
			reasons[reason(why)]++
			continue
		}
		ours, text := jobResult(t, dir, name+".ours")
		if ours {
			taken = append(taken, name)
		} else {
			refused = append(refused, name)
			t.Logf("%s: %s", name, text)
		}
	}
	t.Logf("%d rows; of %d that QEMU takes from the reference it takes %d from us; %v", len(names), len(taken)+len(refused), len(taken),
		time.Since(start).Round(time.Second))
	for why, n := range reasons {
		t.Logf("not taken from the reference either, %d: %s", n, why)
	}
	if total := len(taken) + len(refused); len(taken)*100 < total*99 || total*10 < len(names)*7 {
		t.Errorf("too few: %d of %d of %d; refused: %s", len(taken), total, len(names), strings.Join(refused, " "))
	}
}

// sampling is how many rows there are for one that is tried.
func sampling() int {
	s := os.Getenv("GOVIRTD_QEMU_ROWS")
	if s == "all" {
		return 1
	}
	if n, err := strconv.Atoi(strings.TrimPrefix(s, "1/")); err == nil && n > 0 {
		return n
	}
	return 16
}

// TestAcceptedOlder lets the QEMU 7.2 of Debian 12 take our commands for it, of
// the same documents on its newest machines. It may refuse what the host lacks,
// but not the form of a command.
func TestAcceptedOlder(t *testing.T) {
	if testing.Short() {
		t.Skip("starts emulators")
	}
	out, err := exec.Command("qemu-system-x86_64", "--version").Output()
	if err != nil || !strings.Contains(string(out), "version 7.2") || os.Getuid() != 0 {
		missing(t, "no QEMU 7.2, or not root")
	}
	dir := t.TempDir()
	var names []string
	for i, row := range nativeRows(t, "domain-qemu") {
		if !row.OK || i%sampling() != 0 || strings.Contains(row.XML, "qemu-system-i386") || lacking(row.XML) {
			continue
		}
		row.XML = strings.NewReplacer("-10.0'", "-7.2'", "-9.1'", "-7.2'", "-9.0'", "-7.2'").Replace(row.XML)
		c, err := buildFor(&row, qemu7())
		if err != nil {
			t.Errorf("%s: %v", row.Name, err)
			continue
		}
		writeJob(t, dir, row.Name, c.Path, c.Args)
		names = append(names, row.Name)
	}
	runJobs(t, "/", dir)
	taken := 0
	for _, name := range names {
		ok, text := jobResult(t, dir, name)
		if ok {
			taken++
			continue
		}
		if complaint.MatchString(text) {
			t.Errorf("%s: %s", name, reason(text))
		}
	}
	t.Logf("%d of %d taken", taken, len(names))
	if taken*10 < len(names)*7 {
		t.Error("too few")
	}
}

// lacking says whether a document has something that QEMU 7.2 has not learned,
// or a word that none has.
func lacking(doc string) bool {
	news := []string{"<sound model='virtio'", "discard_no_unref", "type='pipewire'", "<queue id=", "<qemu:arg", "type='idontexist'"}
	return slices.ContainsFunc(news, func(s string) bool { return strings.Contains(doc, s) })
}

// complaint is about the form of a command, not about what the host has.
var complaint = regexp.MustCompile(`Property '[^']*' not found|[Ii]nvalid (parameter|option)|Parameter '|[Uu]nexpected|[Ee]xpecting|not a valid`)

// qemuSystem is the folder of the system with QEMU 10.0.
func qemuSystem(t testing.TB) string {
	t.Helper()
	base := os.Getenv("GOVIRTD_ORACLE")
	if base == "" {
		base = "/var/cache/govirtd"
	}
	dir := filepath.Join(base, "trixie")
	if _, err := os.Stat(filepath.Join(dir, ".done")); err != nil || os.Getuid() != 0 {
		missing(t, "no system with QEMU 10.0 (make oracle), or not root")
	}
	return dir
}

// namespace runs jobs in a mount, process and network namespace whose root is
// that system, two at a time.
const namespace = `
root=$1 dir=$2
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"; mount --rbind /dev "$root/dev"; mount --rbind /sys "$root/sys"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mount -t tmpfs -o mode=755 tmpfs "$root/var/lib/libvirt"
mkdir -p "$root$dir"; mount --bind "$dir" "$root$dir"
chroot "$root" sh -c 'cd "$1" && sh ./prepare && ls jobs | xargs -P 2 -n 1 sh ./run' sh "$dir"
`

// ownNamespace is the same without another system.
const ownNamespace = `
mount -t tmpfs -o mode=755 tmpfs /run
mount -t proc proc /proc
mkdir -p /var/lib/libvirt; mount -t tmpfs -o mode=755 tmpfs /var/lib/libvirt
cd "$2" && sh ./prepare && ls jobs | xargs -P 2 -n 1 sh ./run
`

// prepare makes an image of each format; run runs one job.
const (
	prepare = `mkdir -p images out
truncate -s 64M images/raw
for f in qcow2 qcow qed vmdk vdi vpc parallels; do qemu-img create -q -f $f images/$f 64M 2>/dev/null || :; done
cp /usr/share/OVMF/OVMF_CODE_4M.fd images/code; cp /usr/share/OVMF/OVMF_VARS_4M.fd images/vars
head -c 32 /dev/zero >key
`
	run = `mkdir -p /tmp/$1; exec >out/$1 2>&1
printf '{"execute":"qmp_capabilities"}\n{"execute":"quit"}\n' >/tmp/$1/commands
[ ! -f commands/$1 ] || cp commands/$1 /tmp/$1/commands
timeout 60 unshare --net sh -c 'ip link set lo up; . "$1"' sh "./jobs/$1" </tmp/$1/commands
echo "exit $?"; rm -rf /tmp/$1
`
)

func runJobs(t *testing.T, system, dir string) {
	t.Helper()
	for name, text := range map[string]string{"prepare": prepare, "run": run} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	script := namespace
	if system == "/" {
		script = ownNamespace
	}
	cmd := exec.Command("unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--propagation", "private",
		"sh", "-euc", script, "sh", system, dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Logf("%v: %s", err, out) // a job that fails makes xargs fail
	}
}

// writeJob writes a script that starts an emulator.
func writeJob(t *testing.T, dir, name, path string, args []string) {
	t.Helper()
	setup, args := hostless("/tmp/"+name, args)
	var b strings.Builder
	for _, s := range setup {
		fmt.Fprintf(&b, "%s\n", s)
	}
	b.WriteString(quote(path))
	for _, a := range args {
		b.WriteString(" " + quote(a))
	}
	b.WriteString("\n")
	if err := os.MkdirAll(filepath.Join(dir, "jobs"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "jobs", name), []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// jobResult says whether an emulator answered in its monitor and left when it
// was told to, and what it said.
func jobResult(t *testing.T, dir, name string) (ok bool, text string) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "out", name))
	if err != nil {
		return false, err.Error()
	}
	text = strings.TrimSpace(string(b))
	return strings.HasSuffix(text, "exit 0") && strings.Contains(text, `"return"`), text
}

// reason is why an emulator left: the last thing that it said itself.
func reason(text string) string {
	lines := strings.Split(text, "\n")
	for i := len(lines) - 1; i >= 0; i-- {
		if _, why, ok := strings.Cut(lines[i], "qemu-system-"); ok {
			return why
		}
	}
	return lines[len(lines)-1]
}

// hostless puts things that are there in the place of those of a host: images
// for disks and servers, the emulator's own network for taps, nothing for
// devices and sockets of others. The monitor is standard input.
func hostless(folder string, args []string) (setup, out []string) {
	formats := imageFormats(args)
	for i := 0; i < len(args); i++ {
		name := args[i]
		out = append(out, name)
		if i+1 >= len(args) || strings.HasPrefix(args[i+1], "-") {
			continue
		}
		i++
		v := args[i]
		switch name {
		case "-blockdev":
			v, setup = hostlessNode(folder, v, formats, setup)
		case "-object":
			v, setup = hostlessObject(v, setup)
		case "-netdev":
			v = regexp.MustCompile(`^\{"type":"tap".*("id":"[^"]*")\}$`).ReplaceAllString(v, `{"type":"user",$1}`)
		case "-chardev":
			v = hostlessChardev(v)
		case "-accel":
			v = strings.Replace(v, "kvm", "tcg", 1)
		case "-cpu":
			v = regexp.MustCompile(`^host\b`).ReplaceAllString(v, "max")
		}
		out = append(out, v)
	}
	return setup, out
}

// imageFormats are the formats of what the nodes hold.
func imageFormats(args []string) map[string]string {
	formats := map[string]string{}
	for i, a := range args {
		var node struct{ Driver, File string }
		if i > 0 && args[i-1] == "-blockdev" && json.Unmarshal([]byte(a), &node) == nil && node.File != "" {
			formats[node.File] = node.Driver
		}
	}
	return formats
}

// hostlessNode gives a node of a file, a device or a server an image of its own.
func hostlessNode(folder, v string, formats map[string]string, setup []string) (string, []string) {
	var node map[string]any
	if json.Unmarshal([]byte(v), &node) != nil {
		return v, setup
	}
	driver, _ := node["driver"].(string)
	name, _ := node["node-name"].(string)
	if driver == "vvfat" {
		dir, _ := node["dir"].(string)
		return v, append(setup, "mkdir -p "+quote(dir))
	}
	if !slices.Contains(strings.Fields("file host_device host_cdrom nbd iscsi rbd gluster ssh http https ftp ftps tftp nfs"), driver) {
		return v, setup
	}
	from := "raw"
	switch {
	case strings.Contains(name, "pflash0"):
		from = "code"
	case strings.Contains(name, "pflash1"):
		from = "vars"
	case formats[name] != "" && formats[name] != "throttle" && formats[name] != "copy-on-read":
		from = formats[name]
	}
	file := folder + "/" + name
	image := map[string]any{"driver": "file", "filename": file}
	for _, key := range []string{"node-name", "read-only", "auto-read-only", "discard", "detect-zeroes", "cache", "aio"} {
		if x, ok := node[key]; ok {
			image[key] = x
		}
	}
	text, _ := json.Marshal(image)
	return string(text), append(setup, "cp images/"+from+" "+quote(file))
}

// hostlessObject makes the files of objects, and takes no memory beforehand.
func hostlessObject(v string, setup []string) (string, []string) {
	v = regexp.MustCompile(`,"prealloc":true`).ReplaceAllString(v, "")
	if m := regexp.MustCompile(`"(mem-path|file)":"([^"]*)"`).FindStringSubmatch(v); m != nil {
		setup = append(setup, "mkdir -p "+quote(filepath.Dir(m[2])))
		if m[1] == "file" {
			setup = append(setup, "cp key "+quote(m[2]))
		}
	}
	return v, setup
}

// hostlessChardev replaces devices of the host and servers of others.
func hostlessChardev(v string) string {
	id := regexp.MustCompile(`,id=([^,]*)`).FindStringSubmatch(v)
	switch {
	case id == nil:
		return v
	case id[1] == "charmonitor":
		return "stdio,id=charmonitor"
	case strings.HasPrefix(v, "serial,"), strings.HasPrefix(v, "parallel,"), strings.HasPrefix(v, "pipe,"),
		strings.HasPrefix(v, "socket,") && !strings.Contains(v, "server=on") && !strings.HasPrefix(id[1], "chr-vu"):
		return "null,id=" + id[1]
	case strings.HasPrefix(v, "file,"), strings.HasPrefix(v, "socket,"), strings.Contains(v, "logfile="):
		// Files and sockets in folders that are not there.
		return regexp.MustCompile(`(path|logfile)=/([^,]|,,)*`).ReplaceAllString(v, "$1=/tmp/"+id[1]+"-$1")
	}
	return v
}
