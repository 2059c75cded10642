package domxml

import (
	"slices"
	"strings"

	"github.com/govirtd/govirtd/domxml/internal/xmltree"
)

// The order of the steps is the reference's: it decides which of several
// mistakes a client hears of.
func (p *StoragePool) parseNode(d *decoder, n node) error {
	if err := d.attrs(n, p); err != nil {
		return err
	}
	if c := n.Child("source"); c.Valid() {
		if err := p.Source.parse(d, c, p.Type); err != nil {
			return err
		}
	}
	p.Name = childText(n, "name")
	if s := childText(n, "uuid"); s != "" {
		u, ok := ParseUUID(s)
		if !ok {
			p.completeSource()
			return firstError(p.checkName(), errStorage("malformed uuid element"))
		}
		p.UUID, p.UUIDSet = u, true
	}
	p.completeSource()
	if err := p.checkName(); err != nil {
		return err
	}
	if err := p.parseFeatures(d, n.Child("features")); err != nil {
		return err
	}
	if err := p.checkSource(); err != nil {
		return err
	}
	if err := p.parseTarget(d, n.Child("target")); err != nil {
		return err
	}
	if err := p.parseRefresh(n.Child("refresh")); err != nil {
		return err
	}
	if err := p.parseOptions(n); err != nil {
		return err
	}
	if !d.live {
		return nil
	}
	return firstError(p.Capacity.read(n.Child("capacity")), p.Allocation.read(n.Child("allocation")), p.Available.read(n.Child("available")))
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *StoragePool) parseFeatures(d *decoder, n node) error {
	if !n.Valid() {
		return nil
	}
	var f StoragePoolFeatures
	if err := d.decode(n, &f); err != nil {
		return err
	}
	if f.COW != nil && f.COW.State != "" {
		p.Features = &f
	}
	return p.checkFeatures()
}

// parseTarget reads the permissions of targets that there are only.
func (p *StoragePool) parseTarget(d *decoder, n node) error {
	if n.Valid() {
		p.Target = &StoragePoolTarget{Path: childText(n, "path")}
	}
	p.completeTarget()
	if err := p.checkTarget(); err != nil || p.Target == nil || !n.Valid() {
		return err
	}
	var err error
	p.Target.Permissions, err = parsePermissions(d, n)
	return err
}

func (p *StoragePool) parseRefresh(n node) error {
	if !n.Valid() {
		return nil
	}
	v := n.Child("volume")
	if !v.Valid() {
		return nil
	}
	a, ok := v.Attr("allocation")
	if !ok {
		return nil
	}
	if a != "default" && a != "capacity" {
		return errStorageConfig("unknown storage pool volume refresh allocation type %s", a)
	}
	p.Refresh = &StoragePoolRefresh{Volume: &StorageRefreshVolume{Allocation: a}}
	return nil
}

// parseOptions reads the elements in the namespace of the type.
func (p *StoragePool) parseOptions(n node) error {
	switch p.Type {
	case StoragePoolFS, StoragePoolNetFS:
		for _, o := range childrenIn(n, storageFSNamespace, "mount_opts") {
			name, ok := o.Attr("name")
			if !ok {
				return errStorage("no fs mount option name specified")
			}
			if p.MountOptions == nil {
				p.MountOptions = &StorageMountOptions{}
			}
			p.MountOptions.Options = append(p.MountOptions.Options, StorageMountOption{Name: name})
		}
	case StoragePoolRBD:
		for _, o := range childrenIn(n, storageRBDNamespace, "config_opts") {
			name, ok := o.Attr("name")
			if !ok {
				return errStorage("no rbd option name specified")
			}
			value, ok := o.Attr("value")
			if !ok {
				return errStorage("no rbd option value specified")
			}
			if p.ConfigOptions == nil {
				p.ConfigOptions = &StorageConfigOptions{}
			}
			p.ConfigOptions.Options = append(p.ConfigOptions.Options, StorageConfigOption{Name: name, Value: value})
		}
	}
	return nil
}

// childrenIn are the elements option of a namespace inside of the first
// element of that name.
func childrenIn(n node, uri, name string) (out []node) {
	for c := n.First(); c.Valid(); c = c.Next() {
		if c.Kind() != xmltree.Element || c.Space() != uri || c.Name() != name {
			continue
		}
		for o := c.First(); o.Valid() && len(out) < maxList; o = o.Next() {
			if o.Kind() == xmltree.Element && o.Space() == uri && o.Name() == "option" {
				out = append(out, o)
			}
		}
		return out
	}
	return nil
}

// parse reads the source of a pool of a type.
func (s *StoragePoolSource) parse(d *decoder, n node, t StoragePoolType) error {
	r := storagePoolTypes[t]
	s.Name = childText(n, "name")
	if t == StoragePoolRBD && s.Name == "" {
		return errStorage("element 'name' is mandatory for RBD pool")
	}
	if c := n.Child("format"); c.Valid() && r.formats != nil {
		if f, _ := c.Attr("type"); f != "" {
			if !slices.Contains(r.formats, f) {
				return errStorageConfig("unknown pool format type %s", f)
			}
			s.Format = &StorageFormat{Type: f}
		}
	}
	if err := s.parseHosts(d, n); err != nil {
		return err
	}
	if err := s.parseDevices(d, n); err != nil {
		return err
	}
	if path := childAttr(n, "dir", "path"); path != "" {
		s.Dir = &StorageDir{Path: CleanPath(path)}
	}
	if c := n.Child("initiator"); c.Valid() {
		if iqn := childAttr(c, "iqn", "name"); iqn != "" {
			s.Initiator = &StorageInitiator{IQN: StorageIQN{Name: iqn}}
		}
	}
	if c := n.Child("adapter"); c.Valid() {
		s.Adapter = &StorageAdapter{}
		if err := s.Adapter.parseNode(d, c); err != nil {
			return err
		}
	}
	if c := n.Child("auth"); c.Valid() {
		s.Auth = &StorageAuth{}
		if err := s.Auth.parseNode(d, c); err != nil {
			return err
		}
	}
	if name := childAttr(n, "vendor", "name"); name != "" {
		s.Vendor = &StorageMaker{Name: name}
	}
	if name := childAttr(n, "product", "name"); name != "" {
		s.Product = &StorageMaker{Name: name}
	}
	if ver := childAttr(n, "protocol", "ver"); ver != "" {
		s.Protocol = &StorageProtocol{Version: ver}
		return s.checkProtocol(r)
	}
	return nil
}

// checkProtocol refuses a version of NFS beside another format. The reference
// takes the number of the format for that of a network file system, whatever
// the type of the pool.
func (s *StoragePoolSource) checkProtocol(r storagePoolRules) error {
	if s.Format == nil {
		return nil
	}
	i := slices.Index(r.formats, s.Format.Type)
	if i <= 1 {
		return nil
	}
	name := "(null)"
	if i < len(storageNetFSFormats) {
		name = storageNetFSFormats[i]
	}
	return errStorageConfig("storage pool protocol ver unsupported for pool type '%s'", name)
}

func (s *StoragePoolSource) parseHosts(d *decoder, n node) error {
	for _, c := range childrenOf(n, "host") {
		h := StorageHost{}
		if _, ok := c.Attr("name"); !ok {
			return errStorage("missing storage pool host name")
		}
		if err := d.attrs(c, &h); err != nil {
			return err
		}
		s.Hosts = append(s.Hosts, h)
	}
	return nil
}

func (s *StoragePoolSource) parseDevices(d *decoder, n node) error {
	for _, c := range childrenOf(n, "device") {
		v := StorageDevice{}
		if _, ok := c.Attr("path"); !ok {
			return errStorage("missing storage pool source device path")
		}
		if err := d.plain(c, &v); err != nil {
			return err
		}
		s.Devices = append(s.Devices, v)
	}
	return nil
}

// childrenOf are the children of a name.
func childrenOf(n node, name string) (out []node) {
	for c := n.First(); c.Valid() && len(out) < maxList; c = c.Next() {
		if c.IsElement(name) {
			out = append(out, c)
		}
	}
	return out
}

func (a *StorageAuth) parseNode(d *decoder, n node) error {
	a.Type, a.Username = attrOf(n, "type"), attrOf(n, "username")
	if a.Username == "" {
		return errStorage("missing username for auth")
	}
	c := n.Child("secret")
	switch a.Type {
	case "", "none", "chap", "ceph":
	default:
		return errStorageConfig("unknown auth type '%s'", a.Type)
	}
	if !c.Valid() {
		return errStorage("Missing <secret> element in auth")
	}
	a.Secret = &StorageSecret{}
	if err := a.Secret.parseNode(d, c); err != nil {
		return err
	}
	if a.Type == "" || a.Type == "none" {
		return errStorageConfig("storage pool missing auth type")
	}
	return nil
}

// CleanPath joins slashes that follow one another and drops one at the end. Two
// at the beginning stay, since they mean something else to POSIX.
func CleanPath(path string) string {
	lead := 0
	for lead < len(path) && path[lead] == '/' {
		lead++
	}
	if lead != 2 {
		lead = min(lead, 1)
	}
	parts := strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
	return strings.Repeat("/", lead) + strings.Join(parts, "/")
}
