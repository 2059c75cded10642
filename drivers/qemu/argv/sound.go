package argv

import "github.com/govirtd/govirtd/domxml"

var soundModels = map[string]string{
	"sb16": "sb16", "es1370": "ES1370", "ac97": "AC97", "ich6": "intel-hda", "ich7": "ich9-intel-hda", "ich9": "ich9-intel-hda",
	"usb": "usb-audio",
}

// sounds are sound cards with their codecs.
func (b *builder) sounds() error {
	for i := range b.d.Devices.Sounds {
		s := &b.d.Devices.Sounds[i]
		if s.Model == "pcspk" {
			continue // part of the machine
		}
		if err := b.sound(s); err != nil {
			return err
		}
	}
	return nil
}

func (b *builder) sound(s *domxml.Sound) error {
	alias := aliasName(s.Alias)
	p := &Props{}
	hda := s.Model == "ich6" || s.Model == "ich9"
	switch driver, ok := soundModels[s.Model]; {
	case s.Model == "virtio":
		p.set("driver", "virtio-sound"+b.virtioSuffix(s.Address))
		virtioDriverOptions(p, s.Driver)
		p.set("id", alias).put("audiodev", b.audioID(s.Audio))
		p.put("streams", s.Streams)
	case !ok:
		return errUnsupported("sound card model '%s' is not supported by QEMU", s.Model)
	default:
		p.set("driver", driver).set("id", alias)
		if !hda {
			p.put("audiodev", b.audioID(s.Audio))
		}
		if s.Model == "usb" {
			p.put("multi", s.MultiChannel)
		}
	}
	b.deviceAddress(p, &s.DeviceInfo)
	b.device(p, s.Alias)
	if !hda {
		return nil
	}
	codecs := s.Codecs
	if len(codecs) == 0 {
		codecs = []domxml.SoundCodec{{Type: "duplex"}}
	}
	for n, c := range codecs {
		driver := map[string]string{"duplex": "hda-duplex", "micro": "hda-micro", "output": "hda-output"}[c.Type]
		b.arg("-device", props("driver", driver, "id", alias+"-codec"+itoa(n), "bus", alias+".0", "cad", n).
			put("audiodev", b.audioID(s.Audio)).String())
	}
	return nil
}

// audioID is the backend of a device: the one it names, or the first.
func (b *builder) audioID(a *domxml.DeviceAudio) string {
	if a != nil && a.ID != 0 {
		return "audio" + itoa(a.ID)
	}
	if list := b.d.Devices.Audios; len(list) > 0 {
		return "audio" + itoa(list[0].ID)
	}
	return ""
}
