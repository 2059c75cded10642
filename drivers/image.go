package drivers

import (
	"context"

	"github.com/govirtd/govirtd/protocol/vir"
)

// ImageStore keeps guests in files of the host (virDomainSave, virDomainRestore
// and their kin). Paths are absolute. A backend without it answers
// VIR_ERR_NO_SUPPORT.
type ImageStore interface {
	// SaveImage writes the guest of the named domain to path, with its
	// document; the guest runs on until the engine ends it.
	SaveImage(ctx context.Context, guest Guest, path, domain string, doc []byte) error
	// LoadImage gives the document in an image.
	LoadImage(ctx context.Context, path string) (doc []byte, err error)
	// EditImage puts another document into the image of the named domain.
	EditImage(ctx context.Context, path, domain string, doc []byte) error
}

// CoreDumper is a guest whose memory can be written to a file of the host.
type CoreDumper interface {
	DumpCore(ctx context.Context, path string, format vir.DomainCoreDumpFormat) error
}

// DumpPlacer is a Backend that knows where the memory of a crashed guest goes
// (on_crash coredump-destroy, coredump-restart).
type DumpPlacer interface {
	DumpPath(domain string, id int32) (string, error)
}
