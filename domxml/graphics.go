package domxml

// Graphics is a way to see the screen.
type Graphics struct {
	Type string `xml:"type,attr" vir:"required enum=sdl|vnc|rdp|desktop|spice|egl-headless|dbus"`
	// Port is -1 for any; AutoPort yes lets the host choose.
	Port          *int   `xml:"port,attr,omitempty"`
	TLSPort       *int   `xml:"tlsPort,attr,omitempty"`
	AutoPort      YesNo  `xml:"autoport,attr,omitempty"`
	WebSocket     *int   `xml:"websocket,attr,omitempty"`
	ReplaceUser   YesNo  `xml:"replaceUser,attr,omitempty"`
	MultiUser     YesNo  `xml:"multiUser,attr,omitempty"`
	Listen        string `xml:"listen,attr,omitempty"`
	Socket        string `xml:"socket,attr,omitempty"`
	Address       string `xml:"address,attr,omitempty"`
	P2P           YesNo  `xml:"p2p,attr,omitempty"`
	Username      string `xml:"username,attr,omitempty"`
	Display       string `xml:"display,attr,omitempty"`
	XAuth         string `xml:"xauth,attr,omitempty"`
	Fullscreen    YesNo  `xml:"fullscreen,attr,omitempty"`
	Keymap        string `xml:"keymap,attr,omitempty"`
	SharePolicy   string `xml:"sharePolicy,attr,omitempty" vir:"enum=allow-exclusive|force-shared|ignore"`
	PowerControl  YesNo  `xml:"powerControl,attr,omitempty"`
	DefaultMode   string `xml:"defaultMode,attr,omitempty" vir:"enum=any|secure|insecure"`
	Passwd        string `xml:"passwd,attr,omitempty" vir:"secret"`
	PasswdValidTo string `xml:"passwdValidTo,attr,omitempty"`
	Connected     string `xml:"connected,attr,omitempty" vir:"enum=fail|disconnect|keep"`

	Listens      []Listen          `xml:"listen"`
	Channels     []GraphicsChannel `xml:"channel"`
	Image        *ImageCompression `xml:"image"`
	JPEG         *JPEGCompression  `xml:"jpeg"`
	ZLib         *JPEGCompression  `xml:"zlib"`
	Playback     *Playback         `xml:"playback"`
	Streaming    *Streaming        `xml:"streaming"`
	Mouse        *GraphicsMouse    `xml:"mouse"`
	Clipboard    *Clipboard        `xml:"clipboard"`
	FileTransfer *FileTransfer     `xml:"filetransfer"`
	GL           *GL               `xml:"gl"`
	Audio        *DeviceAudio      `xml:"audio"`
}

// GL says whether the host's graphics hardware is used.
type GL struct {
	Enable     YesNo  `xml:"enable,attr,omitempty"`
	RenderNode string `xml:"rendernode,attr,omitempty"`
}

// Listen is where a graphics server listens.
type Listen struct {
	Type    string `xml:"type,attr" vir:"required enum=none|address|network|socket"`
	Address string `xml:"address,attr,omitempty"`
	Network string `xml:"network,attr,omitempty"`
	Socket  string `xml:"socket,attr,omitempty"`
}

// GraphicsChannel is the safety of one SPICE channel.
type GraphicsChannel struct {
	Name string `xml:"name,attr" vir:"required enum=main|display|inputs|cursor|playback|record|smartcard|usbredir"`
	Mode string `xml:"mode,attr" vir:"required enum=any|secure|insecure"`
}

// ImageCompression is that of pictures.
type ImageCompression struct {
	Compression string `xml:"compression,attr" vir:"required enum=auto_glz|auto_lz|quic|glz|lz|off"`
}

// JPEGCompression says when there is some.
type JPEGCompression struct {
	Compression string `xml:"compression,attr" vir:"required enum=auto|never|always"`
}

// Playback is the compression of sound.
type Playback struct {
	Compression OnOff `xml:"compression,attr" vir:"required"`
}

// Streaming is how moving pictures are found.
type Streaming struct {
	Mode string `xml:"mode,attr" vir:"required enum=filter|all|off"`
}

// GraphicsMouse says who draws the pointer.
type GraphicsMouse struct {
	Mode string `xml:"mode,attr" vir:"required enum=server|client"`
}

// Clipboard says whether it is shared.
type Clipboard struct {
	CopyPaste YesNo `xml:"copypaste,attr" vir:"required"`
}

// FileTransfer says whether files may be dropped in.
type FileTransfer struct {
	Enable YesNo `xml:"enable,attr" vir:"required"`
}

// DeviceAudio ties a device to an audio backend.
type DeviceAudio struct {
	ID uint `xml:"id,attr" vir:"required nonzero"`
}
