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

// covered is the list of kinds of documents: what reads and writes one, and
// how many per cent of the schema must survive that, of all and of what the
// corpus has. Node devices and filters are in TestObjectCoverage; snapshots are not covered yet.
var covered = []coverage{
	{kind: "domain", ways: []way{parsedAs(ParseDomain, FormatDomain, Live())}, elements: 99.2, attributes: 99.9, values: 98.0},
	{kind: "network", ways: []way{parsedAs(ParseNetwork, FormatNetwork, Live())}, elements: 100, attributes: 100, values: 96.7},
	{kind: "networkport", ways: []way{both(ParseNetworkPort, FormatNetworkPort)}, elements: 100, attributes: 100, values: 100},
	{kind: "storagepool", ways: []way{parsedAs(ParseStoragePool, FormatStoragePool, Live())}, elements: 95, attributes: 92.8, values: 91},
	{kind: "storagevol", ways: volumes(), elements: 100, attributes: 100, values: 62.8},
	{kind: "storagepoolcaps", ways: []way{parsedAs(ParseStoragePoolCapabilities, func(c *StoragePoolCapabilities, _ FormatFlags) ([]byte, error) {
		return FormatStoragePoolCapabilities(c)
	})}, elements: 100, attributes: 100, values: 100},
	{kind: "interface", ways: []way{parsedAs(ParseHostInterface, FormatHostInterface, Live())}, elements: 100, attributes: 100, values: 96.8},
	{kind: "secret", ways: []way{parsedAs(ParseSecret, FormatSecret, Live())}, elements: 100, attributes: 100, values: 100},
	{kind: "nwfilterbinding", ways: []way{parsedAs(ParseNWFilterBinding, FormatNWFilterBinding, Live())}, elements: 100, attributes: 100, values: 100},
	{kind: "checkpoint", ways: []way{
		parsedAs(ParseDomainCheckpoint, FormatDomainCheckpoint),
		parsedAs(ParseDomainCheckpoint, FormatDomainCheckpoint, New()),
	}, elements: 100, attributes: 100, values: 100},
	{kind: "backup", ways: []way{parsedAs(ParseDomainBackup, FormatDomainBackup, Live()), parsedAs(ParseDomainBackup, FormatDomainBackup)}, elements: 100, attributes: 100, values: 100},
	{kind: "capabilities", ways: []way{plain(ParseCapabilities, FormatCapabilities)}, elements: 100, attributes: 100, values: 100},
	{kind: "domcaps", ways: []way{plain(ParseDomainCapabilities, FormatDomainCapabilities)}, elements: 100, attributes: 100, values: 100},
	{kind: "cpu", ways: []way{plain(ParseCPU, FormatCPU), plain(ParseHostCPU, FormatHostCPU)}, elements: 100, attributes: 100, values: 100},
}
