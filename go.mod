module github.com/govirtd/govirtd

go 1.26.0

require (
	github.com/coreos/go-systemd/v22 v22.7.0
	github.com/davecgh/go-xdr v0.0.0-20161123171359-e6a2ba005892
	github.com/rogpeppe/go-internal v1.16.0
	github.com/vishvananda/netlink v1.3.1
	golang.org/x/image v0.47.0
	golang.org/x/sys v0.49.0
)

require golang.org/x/tools v0.26.0 // indirect

require github.com/vishvananda/netns v0.0.5 // indirect
