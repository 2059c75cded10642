//go:build linux

package qemu

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/govirtd/govirtd/domxml"
	"github.com/govirtd/govirtd/drivers/qemu/argv"
	"github.com/govirtd/govirtd/protocol/vir"
)

// An emulated TPM is a process of its own, swtpm, that ends when the guest
// closes its socket. Its state stays when the guest has gone; places and names
// are libvirt's, so that either daemon finds it.

// tpmTime bounds how long the program may take to make a module or to start.
const tpmTime = 60 * time.Second

// tpms starts the emulated module, of which a guest has one at most.
func (s *start) tpms(ctx context.Context) error {
	for i := range s.d.Devices.TPMs {
		t := &s.d.Devices.TPMs[i]
		if t.Backend == nil || t.Backend.Type != "emulator" {
			continue
		}
		m := &tpm{b: s.b, d: s.d, backend: t.Backend, socket: s.b.tpmSocket(s.g.id, s.g.name)}
		if err := m.start(ctx); err != nil {
			return err
		}
		s.opts.TPMSockets = map[string]string{alias(t.Alias): m.socket}
	}
	return nil
}

// tpm is one emulated module.
type tpm struct {
	b       *Backend
	d       *domxml.Domain
	backend *domxml.TPMBackend
	socket  string
}

func (b *Backend) tpmSocket(id int32, name string) string {
	return filepath.Join(b.cfg.Dirs.Run, "swtpm", argv.ShortName(id, name)+"-swtpm.sock")
}

func tpmPID(socket string) string { return strings.TrimSuffix(socket, ".sock") + ".pid" }

// tpmState is the folder of a domain's module, and the one of all its modules.
func (b *Backend) tpmState(d *domxml.Domain, t *domxml.TPMBackend) (state, all string) {
	if s := t.Source; s != nil && s.Type == "dir" && s.Path != "" {
		return s.Path, ""
	}
	all = filepath.Join(filepath.Dir(b.cfg.Dirs.Lib), "swtpm", d.UUID.String())
	if t.Version == "1.2" {
		return filepath.Join(all, "tpm1.2"), all
	}
	return filepath.Join(all, "tpm2"), all
}

// tpmLog is where the program of a domain's module writes what it does.
func (b *Backend) tpmLog(name string) string {
	return filepath.Join(filepath.Dir(filepath.Dir(b.cfg.Dirs.Log)), "swtpm/libvirt/qemu", name+"-swtpm.log")
}

func (m *tpm) v2() bool { return m.backend.Version != "1.2" }

// start makes the module unless it is there, and has it listen.
func (m *tpm) start(ctx context.Context) error {
	program, err := exec.LookPath("swtpm")
	if err != nil {
		return vir.Errorf(vir.FromQEMU, vir.ErrConfigUnsupported, "this host has no swtpm: install it to give guests an emulated TPM")
	}
	state, err := m.places()
	if err != nil {
		return err
	}
	if err := m.make(ctx, state); err != nil {
		return err
	}
	where := "dir=" + comma(state)
	if s := m.backend.Source; s != nil && s.Type == "file" {
		where = "backend-uri=file://" + comma(s.Path)
	}
	log := "file=" + comma(m.b.tpmLog(m.d.Name))
	if n := m.backend.Debug; n != nil && *n > 0 {
		log += fmt.Sprintf(",level=%d", *n)
	}
	args := []string{"socket", "--ctrl", "type=unixio,path=" + comma(m.socket) + ",mode=0600", "--tpmstate", where + ",mode=0600",
		"--log", log, "--terminate", "--pid", "file=" + comma(tpmPID(m.socket)), "--daemon"}
	if m.v2() {
		args = append(args, "--tpm2")
	}
	key, err := m.key()
	if err != nil {
		return err
	}
	if key != nil {
		args = append(args, "--key", "pwdfd=3,mode=aes-256-cbc", "--migration-key", "pwdfd=4,mode=aes-256-cbc")
	}
	if out, err := m.run(ctx, program, args, key, key); err != nil {
		return errInternal("Could not start 'swtpm': %v: %s; see '%s'", err, out, m.b.tpmLog(m.d.Name))
	}
	return nil
}

// comma doubles what would end an option.
func comma(path string) string { return strings.ReplaceAll(path, ",", ",,") }

// places makes the folders, and gives the state to whom guests run as:
// libvirtd has it belong to another user.
func (m *tpm) places() (state string, err error) {
	b := m.b
	state, all := b.tpmState(m.d, m.backend)
	log := b.tpmLog(m.d.Name)
	type folder struct {
		path  string
		mode  os.FileMode
		guest bool
	}
	list := []folder{
		{filepath.Dir(m.socket), 0o770, true}, {filepath.Dir(filepath.Dir(log)), 0o711, false}, {filepath.Dir(log), 0o730, true},
	}
	if all != "" {
		list = append(list, folder{filepath.Dir(all), 0o711, false}, folder{all, 0o711, false})
	}
	for _, f := range append(list, folder{state, 0o700, true}) {
		if err := makeDir(f.path, f.mode); err != nil {
			return "", errSystem(vir.FromQEMU, err, "Could not create directory %s", f.path)
		}
		if f.guest {
			if err := b.cfg.User.own(f.path); err != nil {
				return "", errSystem(vir.FromQEMU, err, "unable to set user and group on '%s'", f.path)
			}
		}
	}
	for _, path := range []string{m.socket, tpmPID(m.socket)} {
		if err := os.Remove(path); err != nil && !missing(err) {
			return "", errSystem(vir.FromQEMU, err, "Unable to remove '%s'", path)
		}
	}
	f, err := os.OpenFile(log, os.O_CREATE|os.O_WRONLY|os.O_APPEND|unix.O_NOFOLLOW, 0o640)
	if err != nil {
		return "", errSystem(vir.FromQEMU, err, "Unable to open file '%s'", log)
	}
	f.Close()
	files, err := os.ReadDir(state)
	if err != nil {
		return "", errSystem(vir.FromQEMU, err, "cannot open directory '%s'", state)
	}
	own := []string{log}
	for _, f := range files {
		if f.Type().IsRegular() { // a document may name any folder: what swtpm does not make stays whose it is
			own = append(own, filepath.Join(state, f.Name()))
		}
	}
	for _, path := range own {
		if err := b.cfg.User.own(path); err != nil {
			return "", errSystem(vir.FromQEMU, err, "unable to set user and group on '%s'", path)
		}
	}
	return state, nil
}

// make has a new module manufactured, with certificates if the host is set up
// for that. One that cannot be is made by swtpm itself, without them.
func (m *tpm) make(ctx context.Context, state string) error {
	if s := m.backend.Source; s != nil && s.Type == "file" {
		return nil
	}
	there, err := os.ReadDir(state)
	if err != nil {
		return errSystem(vir.FromQEMU, err, "cannot open directory '%s'", state)
	}
	banks := m.banks()
	if len(there) > 0 && banks == "" {
		return nil
	}
	program, err := exec.LookPath("swtpm_setup")
	if err != nil {
		return nil
	}
	args := []string{"--tpmstate", state, "--logfile", m.b.tpmLog(m.d.Name)}
	if m.v2() {
		args = append(args, "--tpm2")
	}
	if banks != "" {
		args = append(args, "--pcr-banks", banks)
	}
	key, err := m.key()
	if err != nil {
		return err
	}
	if key != nil {
		args = append(args, "--pwdfile-fd", "3", "--cipher", "aes-256-cbc")
	}
	if len(there) > 0 {
		args = append(args, "--reconfigure")
	} else {
		args = append(args, "--vmid", m.d.Name+":"+m.d.UUID.String(), "--createek", "--create-ek-cert", "--create-platform-cert",
			"--lock-nvram", "--not-overwrite")
		if p := m.backend.Profile; p != nil && p.Name != "" {
			args = append(args, "--profile-name", p.Name)
		}
	}
	if out, err := m.run(ctx, program, args, key); err != nil {
		if len(there) > 0 {
			return errInternal("Could not run '%s': %v: %s; see '%s'", program, err, out, m.b.tpmLog(m.d.Name))
		}
		m.b.log.Warn("a TPM has no certificates", "domain", m.d.Name, "error", err, "output", out)
	}
	return nil
}

// banks are the algorithms that the document names.
func (m *tpm) banks() string {
	p := m.backend.ActivePCRBanks
	if p == nil {
		return ""
	}
	var names []string
	for _, f := range []struct {
		on   domxml.Flag
		name string
	}{{p.SHA1, "sha1"}, {p.SHA256, "sha256"}, {p.SHA384, "sha384"}, {p.SHA512, "sha512"}} {
		if f.on {
			names = append(names, f.name)
		}
	}
	return strings.Join(names, ",")
}

// key is the passphrase of the state, nil where it is not encrypted.
func (m *tpm) key() ([]byte, error) {
	e := m.backend.Encryption
	if e == nil || e.Secret == nil {
		return nil, nil
	}
	return m.b.cfg.Secret(argv.SecretRef{Type: "vtpm", UUID: *e.Secret})
}

// run runs a program as whom guests run as; each key is in a descriptor of its
// own, from 3 on.
func (m *tpm) run(ctx context.Context, path string, args []string, keys ...[]byte) (output string, err error) {
	ctx, cancel := context.WithTimeout(ctx, tpmTime)
	defer cancel()
	c := exec.CommandContext(ctx, path, args...)
	c.Env = []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"}
	c.SysProcAttr = &syscall.SysProcAttr{Credential: m.b.cfg.User.credential(), Setsid: true}
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	c.WaitDelay = time.Second // a program that stays behind has our pipe
	for _, key := range keys {
		if key == nil {
			continue
		}
		r, w, err := os.Pipe()
		if err != nil {
			return "", err
		}
		defer r.Close()
		c.ExtraFiles = append(c.ExtraFiles, r)
		_, err = w.Write(key) // less than a pipe takes
		w.Close()
		if err != nil {
			return "", err
		}
	}
	if err = c.Run(); errors.Is(err, exec.ErrWaitDelay) {
		err = nil
	}
	text := out.String()
	return strings.TrimSpace(text[:min(len(text), 1000)]), err
}

// endTPM makes sure that the process beside a guest ends, as it does by itself
// where there was a guest, and removes its socket.
func (g *Guest) endTPM() {
	d := g.live.Load()
	var t *domxml.TPMBackend
	if d != nil { // a start that has failed early has no document
		if t = emulatedTPM(d); t == nil {
			return
		}
	}
	socket := g.backend.tpmSocket(g.id, g.name)
	text, err := os.ReadFile(tpmPID(socket))
	if err == nil {
		pid, _ := strconv.Atoi(strings.TrimSpace(string(text)))
		// The number may be somebody else's by now.
		if line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid)); err == nil && pid > 1 && bytes.Contains(line, []byte(socket)) {
			_ = unix.Kill(pid, unix.SIGTERM)
		}
	}
	_, _ = os.Remove(socket), os.Remove(tpmPID(socket)) // they go with it mostly
	if t == nil || t.PersistentState == domxml.Yes || g.standing.Load() != transient {
		return
	}
	if err := g.backend.forgetTPM(d, t); err != nil {
		g.backend.log.Warn("the state of a TPM stays", "domain", g.name, "error", err)
	}
}

// emulatedTPM is what is behind the emulated module, of which a domain has one
// at most; nil without.
func emulatedTPM(d *domxml.Domain) *domxml.TPMBackend {
	for i := range d.Devices.TPMs {
		if t := d.Devices.TPMs[i].Backend; t != nil && t.Type == "emulator" {
			return t
		}
	}
	return nil
}

// What is known of the domain of a guest, which decides whether the state of
// its TPM stays.
const (
	unknownStanding int32 = iota
	transient
	persistent
)

// forgetTPM removes the state of a domain's module. A place that the document
// names is its owner's: what else is there nobody knows.
func (b *Backend) forgetTPM(d *domxml.Domain, t *domxml.TPMBackend) error {
	_, all := b.tpmState(d, t)
	if t.Source != nil || all == "" {
		return nil
	}
	if err := os.RemoveAll(all); err != nil {
		return errSystem(vir.FromQEMU, err, "failed to remove the TPM's state '%s'", all)
	}
	return nil
}
