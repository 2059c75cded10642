//go:build !linux

package engine

import (
	"errors"
	"os"
)

// socketPair is for screens of real guests, which need Linux.
func socketPair(string) (a, b *os.File, err error) { return nil, nil, errors.ErrUnsupported }
