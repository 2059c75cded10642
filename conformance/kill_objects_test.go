package conformance

import (
	"encoding/xml"
	"fmt"
	"math/rand/v2"

	rp "github.com/govirtd/govirtd/protocol/remoteproto"
	"github.com/govirtd/govirtd/protocol/vir"
)

// Definitions of other kinds, which one client has of its own: networks, pools, secrets with their values.

// content is what is kept of such an object; mark is empty where there is none.
type content struct {
	mark      string
	value     string
	autostart bool
}

// object is one of them.
type object struct {
	kind      *objectKind
	name      string
	uuid      rp.UUID
	now, next content
	doing     string
}

// objectKind is how objects of a kind are spoken of.
type objectKind struct {
	name     string
	define   func(c *line, o *object) error
	undefine func(c *line, o *object) error
	// autostart and value are nil where there is no such thing.
	autostart, value func(c *line, o *object) error
	// look is what the daemon has; an error with the number none says that there is nothing.
	look func(c *line, o *object) (content, error)
	none vir.ErrorNumber
}

var objectKinds = []*objectKind{
	{
		name: "network", none: vir.ErrNoNetwork,
		define: func(c *line, o *object) error {
			return second(ask(c, rp.NetworkDefineXML, &rp.NetworkDefineXMLArgs{XML: fmt.Sprintf(
				"<network><name>%s</name><uuid>%x</uuid><bridge name='%s'/><domain name='%s'/></network>", o.name, o.uuid, o.name, o.next.mark)}))
		},
		undefine: func(c *line, o *object) error {
			return second(ask(c, rp.NetworkUndefine, &rp.NetworkUndefineArgs{Net: rp.Network{Name: o.name, UUID: o.uuid}}))
		},
		autostart: func(c *line, o *object) error {
			return second(ask(c, rp.NetworkSetAutostart, &rp.NetworkSetAutostartArgs{Net: rp.Network{Name: o.name, UUID: o.uuid}, Autostart: number(o.next.autostart)}))
		},
		look: func(c *line, o *object) (content, error) {
			net := rp.Network{Name: o.name, UUID: o.uuid}
			text, err := ask(c, rp.NetworkGetXMLDesc, &rp.NetworkGetXMLDescArgs{Net: net})
			if err != nil {
				return content{}, err
			}
			var doc struct {
				Domain struct {
					Name string `xml:"name,attr"`
				} `xml:"domain"`
			}
			if err := xml.Unmarshal([]byte(text.XML), &doc); err != nil {
				return content{}, err
			}
			auto, err := ask(c, rp.NetworkGetAutostart, &rp.NetworkGetAutostartArgs{Net: net})
			if err != nil {
				return content{}, err
			}
			return content{mark: doc.Domain.Name, autostart: auto.Autostart != 0}, nil
		},
	},
	{
		name: "pool", none: vir.ErrNoStoragePool,
		define: func(c *line, o *object) error {
			return second(ask(c, rp.StoragePoolDefineXML, &rp.StoragePoolDefineXMLArgs{XML: fmt.Sprintf(
				"<pool type='dir'><name>%s</name><uuid>%x</uuid><target><path>/nonexistent/%s</path></target></pool>", o.name, o.uuid, o.next.mark)}))
		},
		undefine: func(c *line, o *object) error {
			return second(ask(c, rp.StoragePoolUndefine, &rp.StoragePoolUndefineArgs{Pool: rp.StoragePool{Name: o.name, UUID: o.uuid}}))
		},
		autostart: func(c *line, o *object) error {
			return second(ask(c, rp.StoragePoolSetAutostart, &rp.StoragePoolSetAutostartArgs{Pool: rp.StoragePool{Name: o.name, UUID: o.uuid}, Autostart: number(o.next.autostart)}))
		},
		look: func(c *line, o *object) (content, error) {
			pool := rp.StoragePool{Name: o.name, UUID: o.uuid}
			text, err := ask(c, rp.StoragePoolGetXMLDesc, &rp.StoragePoolGetXMLDescArgs{Pool: pool})
			if err != nil {
				return content{}, err
			}
			var doc struct {
				Path string `xml:"target>path"`
			}
			if err := xml.Unmarshal([]byte(text.XML), &doc); err != nil {
				return content{}, err
			}
			auto, err := ask(c, rp.StoragePoolGetAutostart, &rp.StoragePoolGetAutostartArgs{Pool: pool})
			if err != nil {
				return content{}, err
			}
			return content{mark: doc.Path[len("/nonexistent/"):], autostart: auto.Autostart != 0}, nil
		},
	},
	{
		name: "secret", none: vir.ErrNoSecret,
		define: func(c *line, o *object) error {
			return second(ask(c, rp.SecretDefineXML, &rp.SecretDefineXMLArgs{XML: fmt.Sprintf(
				"<secret><uuid>%x</uuid><description>%s</description><usage type='volume'><volume>/%s</volume></usage></secret>", o.uuid, o.next.mark, o.name)}))
		},
		undefine: func(c *line, o *object) error {
			return second(ask(c, rp.SecretUndefine, &rp.SecretUndefineArgs{Secret: rp.Secret{UUID: o.uuid}}))
		},
		value: func(c *line, o *object) error {
			return second(ask(c, rp.SecretSetValue, &rp.SecretSetValueArgs{Secret: rp.Secret{UUID: o.uuid}, Value: []byte(o.next.value)}))
		},
		look: func(c *line, o *object) (content, error) {
			text, err := ask(c, rp.SecretGetXMLDesc, &rp.SecretGetXMLDescArgs{Secret: rp.Secret{UUID: o.uuid}})
			if err != nil {
				return content{}, err
			}
			var doc struct {
				Description string `xml:"description"`
			}
			if err := xml.Unmarshal([]byte(text.XML), &doc); err != nil {
				return content{}, err
			}
			value, err := ask(c, rp.SecretGetValue, &rp.SecretGetValueArgs{Secret: rp.Secret{UUID: o.uuid}})
			if code(err) == vir.ErrNoSecret { // it has none
				return content{mark: doc.Description}, nil
			} else if err != nil {
				return content{}, err
			}
			return content{mark: doc.Description, value: string(value.Value)}, nil
		},
	},
}

func number(on bool) int32 {
	if on {
		return 1
	}
	return 0
}

// keeping is what that client does.
type keeping struct {
	rand      *rand.Rand
	objects   []*object
	marks     int
	done, hit map[string]int
}

func newKeeping(r *rand.Rand) *keeping {
	k := &keeping{rand: r, done: map[string]int{}, hit: map[string]int{}}
	for i, kind := range objectKinds {
		for n := range 3 {
			k.objects = append(k.objects, &object{kind: kind, name: fmt.Sprint(kind.name, n), uuid: tinyUUID(100 + 10*i + n)})
		}
	}
	return k
}

// run tells the daemon one thing after the other until it is no more.
func (k *keeping) run(c *line) error {
	for {
		o := k.objects[k.rand.IntN(len(k.objects))]
		k.marks++
		mark := fmt.Sprint("m", k.marks)
		o.next = o.now
		var do func(*line, *object) error
		switch n := k.rand.IntN(6); {
		case o.now.mark == "" || n < 2:
			o.doing, o.next.mark, do = "define "+o.kind.name, mark, o.kind.define
		case n < 3:
			o.doing, o.next, do = "undefine "+o.kind.name, content{}, o.kind.undefine
		case o.kind.value != nil:
			o.doing, o.next.value, do = "value of "+o.kind.name, mark, o.kind.value
		default:
			o.doing, o.next.autostart, do = "autostart of "+o.kind.name, !o.now.autostart, o.kind.autostart
		}
		err := do(c, o)
		if code(err) != 0 {
			return fmt.Errorf("%s '%s': %w", o.doing, o.name, err)
		}
		if err != nil {
			k.hit[o.doing]++
			return nil
		}
		k.done[o.doing]++
		o.now, o.doing = o.next, ""
	}
}

// verify compares what a new daemon has with what was acknowledged.
func (k *keeping) verify(c *line) (errs []error) {
	for _, o := range k.objects {
		seen, err := o.kind.look(c, o)
		if code(err) == o.kind.none && seen == (content{}) {
			err = nil
		}
		if err == nil && seen != o.now && (o.doing == "" || seen != o.next) &&
			!(o.next.mark == "" && o.doing != "" && seen == content{mark: o.now.mark, value: o.now.value}) { // the mark to start goes first
			err = fmt.Errorf("it is %+v, was %+v", seen, o.now)
			if o.doing != "" {
				err = fmt.Errorf("%w, and %q would make it %+v", err, o.doing, o.next)
			}
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s '%s': %w", o.kind.name, o.name, err))
		}
		o.now, o.doing = seen, ""
	}
	return errs
}
