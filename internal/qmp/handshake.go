package qmp

import "context"

// Greeting is the first message of a monitor.
type Greeting struct {
	Version struct {
		QEMU struct {
			Major, Minor, Micro int
		} `json:"qemu"`
		// Package is the distributor's word for the version.
		Package string `json:"package"`
	} `json:"version"`
	Capabilities []string `json:"capabilities"`
}

// Number is the version as major*1000000 + minor*1000 + micro.
func (g *Greeting) Number() uint64 {
	v := g.Version.QEMU
	return uint64(v.Major)*1000000 + uint64(v.Minor)*1000 + uint64(v.Micro)
}

// Handshake waits for the greeting and opens the monitor for commands.
func (c *Client) Handshake(ctx context.Context) (*Greeting, error) {
	select {
	case <-c.greeting:
	case <-c.ended:
		// It may have greeted and gone: the command below then says why.
		select {
		case <-c.greeting:
		default:
			return nil, c.Err()
		}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if err := c.Run(ctx, "qmp_capabilities", nil, nil); err != nil {
		return nil, err
	}
	return &c.hello, nil
}
