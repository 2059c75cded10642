package argv

import "github.com/govirtd/govirtd/domxml"

var audioDrivers = map[string]string{
	"none": "none", "alsa": "alsa", "coreaudio": "coreaudio", "dbus": "dbus", "jack": "jack", "oss": "oss",
	"pulseaudio": "pa", "pipewire": "pipewire", "sdl": "sdl", "spice": "spice", "file": "wav",
}

// audio are the host's ends of sound cards.
func (b *builder) audio() error {
	for i := range b.d.Devices.Audios {
		a := &b.d.Devices.Audios[i]
		p := props("id", "audio"+itoa(a.ID), "driver", audioDrivers[a.Type])
		p.put("timer-period", a.TimerPeriod)
		switch a.Type {
		case "file":
			p.put("path", a.Path)
		case "pulseaudio":
			p.put("server", a.ServerName)
		case "oss":
			p.put("try-mmap", a.TryMMap).put("exclusive", a.Exclusive).put("dsp-policy", a.DSPPolicy)
		}
		p.put("in", audioStream(a, a.Input)).put("out", audioStream(a, a.Output))
		b.arg("-audiodev", p.String())
	}
	return nil
}

// audioStream is one direction of a backend.
func audioStream(a *domxml.Audio, s *domxml.AudioStream) *Props {
	if s == nil {
		return nil
	}
	p := &Props{}
	p.put("mixing-engine", s.MixingEngine).put("fixed-settings", s.FixedSettings).put("voices", s.Voices)
	p.put("buffer-length", s.BufferLength)
	if x := s.Settings; x != nil {
		p.put("frequency", x.Frequency).put("channels", x.Channels).put("format", x.Format)
	}
	switch a.Type {
	case "alsa":
		p.put("dev", s.Dev)
	case "coreaudio":
		p.put("buffer-count", s.BufferCount)
	case "jack":
		p.put("server-name", s.ServerName).put("client-name", s.ClientName).put("connect-ports", s.ConnectPorts)
		p.put("exact-name", s.ExactName)
	case "oss":
		p.put("dev", s.Dev).put("buffer-count", s.BufferCount).put("try-poll", s.TryPoll)
	case "pulseaudio":
		p.put("name", s.Name).put("stream-name", s.StreamName).put("latency", s.Latency)
	case "pipewire":
		p.put("name", s.Name).put("stream-name", s.StreamName).put("latency", s.Latency)
	case "sdl":
		p.put("buffer-count", s.BufferCount)
	}
	return p
}
