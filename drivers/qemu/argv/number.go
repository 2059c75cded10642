package argv

import "strconv"

func itoa[T int | uint | uint64 | int64](n T) string {
	if n < 0 {
		return strconv.FormatInt(int64(n), 10)
	}
	return strconv.FormatUint(uint64(n), 10)
}

func value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

func hexa[T int | uint | uint64](n T) string { return strconv.FormatUint(uint64(n), 16) }

func parseHex(s string) (uint64, bool) {
	n, err := strconv.ParseUint(s, 16, 64)
	return n, err == nil
}

// number reads a number that a document was checked to have; 0 if not.
func number(s string) uint64 {
	n, _ := strconv.ParseUint(s, 10, 64)
	return n
}
