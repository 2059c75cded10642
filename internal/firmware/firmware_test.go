package firmware

import (
	"strings"
	"testing"
	"testing/fstest"
)

const uefi = `{"description": "D", "interface-types": ["uefi"],
 "mapping": {"device": "flash", "executable": {"filename": "/code", "format": "raw"}, "nvram-template": {"filename": "/vars", "format": "raw"}},
 "targets": [{"architecture": "x86_64", "machines": ["pc-q35-*", "microvm"]}], "features": ["acpi-s3", "secure-boot"], "tags": []}`

func TestLoad(t *testing.T) {
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	other := strings.Replace(uefi, "/code", "/other", 1)
	memory := `{"interface-types": ["bios"], "mapping": {"device": "memory", "filename": "/bios"}, "targets": []}`
	root := fstest.MapFS{
		"usr/share/qemu/firmware/60-b.json": file(uefi), "usr/share/qemu/firmware/50-a.json": file(uefi),
		"usr/share/qemu/firmware/40-gone.json": file(uefi), "etc/qemu/firmware/40-gone.json": file(""),
		"etc/qemu/firmware/60-b.json": file(other), "etc/qemu/firmware/70-m.json": file(memory),
		"etc/qemu/firmware/.80-hidden.json": file(uefi), "etc/qemu/firmware/README": file("text"),
	}
	list, err := Load(root, Dirs)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range list {
		got = append(got, d.File+"="+d.Image())
	}
	want := "/usr/share/qemu/firmware/50-a.json=/code /etc/qemu/firmware/60-b.json=/other /etc/qemu/firmware/70-m.json=/bios"
	if strings.Join(got, " ") != want {
		t.Errorf("got %s", got)
	}
	d := list[0]
	if !d.Has("secure-boot") || d.Has("requires-smm") || !d.Is("uefi") || d.Is("bios") || d.Mapping.NVRAMTemplate.Filename != "/vars" {
		t.Errorf("%+v", d)
	}
	for machine, fits := range map[string]bool{"x86_64 pc-q35-10.0": true, "x86_64 microvm": true, "x86_64 pc-i440fx-10.0": false, "i386 pc-q35-10.0": false} {
		target, name, _ := strings.Cut(machine, " ")
		if d.Fits(target, name) != fits {
			t.Errorf("%s: %t", machine, !fits)
		}
	}
}

func TestLoadBroken(t *testing.T) {
	root := fstest.MapFS{
		"usr/share/qemu/firmware/1.json": {Data: []byte("{")}, "usr/share/qemu/firmware/2.json": {Data: []byte("{}")},
		"usr/share/qemu/firmware/3.json": {Data: []byte(uefi)},
	}
	list, err := Load(root, Dirs)
	if len(list) != 1 || err == nil || !strings.Contains(err.Error(), "1.json") || !strings.Contains(err.Error(), "2.json") {
		t.Errorf("%d, %v", len(list), err)
	}
	if list, err := Load(fstest.MapFS{}, Dirs); len(list) != 0 || err != nil {
		t.Errorf("%v, %v", list, err)
	}
}
