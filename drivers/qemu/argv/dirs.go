package argv

import (
	"path/filepath"
	"strconv"
	"unicode/utf8"
)

// Dirs are the places of one running guest.
type Dirs struct {
	// Lib has the monitor's socket and the master key:
	// /var/lib/libvirt/qemu/domain-1-NAME.
	Lib string
	// Channel has the sockets of channels: /run/libvirt/qemu/channel/1-NAME.
	Channel string
	// RAM has the files of memory that is shared by file:
	// /var/lib/libvirt/qemu/ram/1-NAME.
	RAM string
	// Passt begins the names of sockets of user networks in processes of their
	// own: /run/libvirt/qemu/passt/1-NAME.
	Passt string
	// DBus is the socket of a private bus:
	// /run/libvirt/qemu/dbus/1-NAME-dbus.sock.
	DBus string
}

// NewDirs places a guest below the state and run folders of the daemon, which
// are /var/lib/libvirt/qemu and /run/libvirt/qemu.
func NewDirs(state, run string, id int32, name string) Dirs {
	short := ShortName(id, name)
	return Dirs{
		Lib:     filepath.Join(state, "domain-"+short),
		Channel: filepath.Join(run, "channel", short),
		RAM:     filepath.Join(state, "ram", short),
		Passt:   filepath.Join(run, "passt", short),
		DBus:    filepath.Join(run, "dbus", short+"-dbus.sock"),
	}
}

// maxShortName keeps paths of sockets below the kernel's limit, in bytes.
const maxShortName = 20

// ShortName is id-name with no more than 20 bytes of the name, and no half
// character.
func ShortName(id int32, name string) string {
	for i, r := range name {
		if i+utf8.RuneLen(r) > maxShortName {
			name = name[:i]
			break
		}
	}
	return strconv.Itoa(int(id)) + "-" + name
}
