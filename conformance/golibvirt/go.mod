module github.com/govirtd/govirtd/conformance/golibvirt

go 1.26

// The library is used where Debian's package golang-github-digitalocean-go-libvirt-dev installs it. What only its own
// tests need is left out, so that nothing has to be fetched.
require github.com/digitalocean/go-libvirt v0.0.0

replace github.com/digitalocean/go-libvirt => /usr/share/gocode/src/github.com/digitalocean/go-libvirt

exclude (
	github.com/stretchr/testify v1.8.1
	golang.org/x/tools v0.1.12
)
