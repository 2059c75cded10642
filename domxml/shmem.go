package domxml

import "strings"

// Shmem is memory that guests share.
type Shmem struct {
	Name   string       `xml:"name,attr"`
	Role   string       `xml:"role,attr,omitempty" vir:"enum=default|master|peer"`
	Model  *ShmemModel  `xml:"model"`
	Size   *ShmemSize   `xml:"size"`
	Server *ShmemServer `xml:"server" vir:"always"`
	MSI    *ShmemMSI    `xml:"msi"`
	DeviceInfo
}

// ShmemModel is the kind of device.
type ShmemModel struct {
	Type string `xml:"type,attr" vir:"required enum=ivshmem|ivshmem-plain|ivshmem-doorbell"`
}

// ShmemSize is in MiB.
type ShmemSize struct{ Size }

func (s *ShmemSize) parseNode(_ *decoder, n node) error {
	if n.Text() == "" {
		return nil
	}
	bytes, err := readSize(n, 1)
	s.Value, s.Unit = bytes>>20, "M"
	return err
}

func (s *ShmemSize) hidden(FormatFlags) bool { return s.Unit == "" }

// ShmemServer hands the memory out.
type ShmemServer struct {
	Path string `xml:"path,attr,omitempty"`
}

// ShmemMSI are the interrupts of a shared memory.
type ShmemMSI struct {
	Vectors   uint  `xml:"vectors,attr,omitempty"`
	IOEventFD OnOff `xml:"ioeventfd,attr,omitempty"`
}

func (s *Shmem) parsed(*decoder, node) error {
	if s.Name == "" {
		return errXML("shmem element must contain 'name' attribute")
	}
	if strings.Contains(s.Name, "/") {
		return errUnsupported("shmem name cannot include '/' character")
	}
	if s.Role == "default" {
		s.Role = ""
	}
	if s.Model == nil {
		s.Model = &ShmemModel{Type: "ivshmem"}
	}
	if s.MSI != nil && s.Server == nil {
		return errXML("msi option is only supported with a server")
	}
	return nil
}
