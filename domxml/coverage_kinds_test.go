package domxml

// way reads a document and writes it again, with everything that any form has.
type way func(doc []byte) ([]byte, error)

// parsedAs is the way of a kind that is read with options.
func parsedAs[T any](parse func([]byte, ...Option) (*T, error), format func(*T, FormatFlags) ([]byte, error), options ...Option) way {
	return func(doc []byte) ([]byte, error) {
		v, err := parse(doc, options...)
		if err != nil {
			return nil, err
		}
		return format(v, FormatSecure)
	}
}

// plain is the way of a kind that has but one form.
func plain[T any](parse func([]byte) (*T, error), format func(*T) []byte) way {
	return func(doc []byte) ([]byte, error) {
		v, err := parse(doc)
		if err != nil {
			return nil, err
		}
		return format(v), nil
	}
}

// both is the same for what fails to be written.
func both[T any](parse func([]byte) (*T, error), format func(*T) ([]byte, error)) way {
	return func(doc []byte) ([]byte, error) {
		v, err := parse(doc)
		if err != nil {
			return nil, err
		}
		return format(v)
	}
}

// volumes are the ways of volumes: which formats there are, and what is in a
// target, depends on the pool.
func volumes() (ways []way) {
	for _, pool := range []StoragePoolType{"dir", "logical", "disk", "rbd"} {
		ways = append(ways, parsedAs(func(doc []byte, o ...Option) (*StorageVolume, error) {
			return ParseStorageVolume(doc, pool, o...)
		}, FormatStorageVolume, Live()))
	}
	return ways
}

// covered is the list of kinds of documents, and what reads and writes one.
var covered = []coverage{
	{kind: "domain", ways: []way{parsedAs(ParseDomain, FormatDomain, Live())}},
	{kind: "network", ways: []way{parsedAs(ParseNetwork, FormatNetwork, Live())}},
	{kind: "networkport", ways: []way{both(ParseNetworkPort, FormatNetworkPort)}},
	{kind: "storagepool", ways: []way{parsedAs(ParseStoragePool, FormatStoragePool, Live())}},
	{kind: "storagevol", ways: volumes()},
	{kind: "storagepoolcaps", ways: []way{parsedAs(ParseStoragePoolCapabilities, func(c *StoragePoolCapabilities, _ FormatFlags) ([]byte, error) {
		return FormatStoragePoolCapabilities(c)
	})}},
	{kind: "interface", ways: []way{parsedAs(ParseHostInterface, FormatHostInterface, Live())}},
	{kind: "snapshot", ways: []way{
		parsedAs(ParseDomainSnapshot, FormatDomainSnapshot, Live()),
		parsedAs(ParseDomainSnapshot, FormatDomainSnapshot, New()),
	}},
	{kind: "nodedev", ways: []way{parsedAs(ParseNodeDevice, FormatNodeDevice, Live())}},
	{kind: "nwfilter", ways: []way{parsedAs(ParseNWFilter, FormatNWFilter, Live())}},
	{kind: "secret", ways: []way{parsedAs(ParseSecret, FormatSecret, Live())}},
	{kind: "nwfilterbinding", ways: []way{parsedAs(ParseNWFilterBinding, FormatNWFilterBinding, Live())}},
	{kind: "checkpoint", ways: []way{
		parsedAs(ParseDomainCheckpoint, FormatDomainCheckpoint),
		parsedAs(ParseDomainCheckpoint, FormatDomainCheckpoint, New()),
	}},
	{kind: "backup", ways: []way{parsedAs(ParseDomainBackup, FormatDomainBackup, Live()), parsedAs(ParseDomainBackup, FormatDomainBackup)}},
	{kind: "capabilities", ways: []way{plain(ParseCapabilities, FormatCapabilities)}},
	{kind: "domcaps", ways: []way{plain(ParseDomainCapabilities, FormatDomainCapabilities)}},
	{kind: "cpu", ways: []way{plain(ParseCPU, FormatCPU), plain(ParseHostCPU, FormatHostCPU)}},
}
