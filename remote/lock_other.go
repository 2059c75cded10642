//go:build !unix

package remote

// lockFolder: no locks on folders here.
func lockFolder(string) (unlock func()) { return func() {} }
