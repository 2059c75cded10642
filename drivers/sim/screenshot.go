package sim

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"

	"github.com/govirtd/govirtd/drivers"
	"github.com/govirtd/govirtd/protocol/vir"
)

var _ drivers.Screenshotter = (*Backend)(nil)

// Screenshot draws the domain's name and state. An inactive domain has a
// picture too, as in the reference.
func (b *Backend) Screenshot(_ context.Context, domain string, state vir.DomainState, _ drivers.Guest, screen uint32) (string, io.ReadCloser, error) {
	img := image.NewRGBA(image.Rect(0, 0, 320, 200))
	background := color.RGBA{0x20, 0x30, 0x50, 0xff}
	if state != vir.DomainRunning {
		background = color.RGBA{0x40, 0x40, 0x40, 0xff}
	}
	draw.Draw(img, img.Bounds(), image.NewUniform(background), image.Point{}, draw.Src)
	pen := font.Drawer{Dst: img, Src: image.White, Face: basicfont.Face7x13, Dot: fixed.P(16, 90)}
	pen.DrawString(domain)
	pen.Dot = fixed.P(16, 110)
	pen.DrawString(stateNames[state])
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		return "", nil, err
	}
	return "image/png", io.NopCloser(&out), nil
}

// stateNames are what virsh calls the states.
var stateNames = map[vir.DomainState]string{
	vir.DomainNostate: "no state", vir.DomainRunning: "running", vir.DomainBlocked: "idle",
	vir.DomainPaused: "paused", vir.DomainShutdown: "in shutdown", vir.DomainShutoff: "shut off",
	vir.DomainCrashed: "crashed", vir.DomainPmsuspended: "pmsuspended",
}
