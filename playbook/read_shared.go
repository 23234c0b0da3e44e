package playbook

import (
	"slices"

	"github.com/servicerecovery/amends/playbook/internal/ready"
	"github.com/servicerecovery/amends/playbook/internal/yamlnode"
)

// playbookKeys are the keys of a playbook that shared definitions do not take.
var playbookKeys = [...]string{"title", "about", "owner", "review_by", "in_force", "again", "applies", "matches", "plays"}

// sharedKeys are the keys of shared definitions that a playbook does not take: what they say holds for
// the whole set.
var sharedKeys = [...]string{"uses", "roles", "causes"}

// shared reads the keys that only shared definitions have.
func (m *mapping) shared(d *Document) {
	d.Uses = m.uses()
	m.on("roles", func(n *yamlnode.Node, key Text) { m.r.roles(n, key, d) })
	m.on("causes", func(n *yamlnode.Node, key Text) { d.Causes = m.r.causes(n, key) })
}

// uses reads the names of ready documents.
func (m *mapping) uses() (out []Text) {
	known := ready.Names()
	m.on("uses", func(n *yamlnode.Node, key Text) {
		for _, t := range m.r.texts(n, key, "a list of ready documents such as `[helpdesk]`") {
			twice := slices.ContainsFunc(out, func(o Text) bool { return o.Value == t.Value })
			switch {
			case !slices.Contains(known, t.Value):
				m.r.mend(t.Range, "unknown-value", didYouMean(t, known), "`uses` takes %s, found `%s`", listed(known), clip(t.Value))
			case twice:
				m.r.add(t.Range, "duplicate-use", "leave it out", "`%s` is used twice", t.Value)
			default:
				out = append(out, t)
			}
		}
	})
	m.is("uses", KeyTexts)
	m.among("uses", known)
	return out
}

// onlyPlaybook reports keys that belong to shared definitions.
func (m *mapping) onlyPlaybook() {
	m.each(func(key Text, _ *yamlnode.Node) {
		if slices.Contains(sharedKeys[:], key.Value) {
			m.r.add(key.Range, "only-in-shared", "move it into a document of shared definitions (`shared: ID`)", "`%s` are those of the whole set; a playbook does not take them", key.Value)
			m.get(key.Value) // reported once
		}
	})
}

// onlyShared reports keys that belong to a playbook.
func (r *reader) onlyShared(m *mapping) {
	m.each(func(key Text, _ *yamlnode.Node) {
		if slices.Contains(playbookKeys[:], key.Value) {
			r.add(key.Range, "not-in-shared", "move it into a playbook", "`%s` belongs to a playbook; shared definitions do not take it", key.Value)
			m.get(key.Value) // reported once
		}
	})
}

// roles reads the roles that there are: a list of names, or what they are by name.
func (r *reader) roles(n *yamlnode.Node, key Text, d *Document) {
	add := func(name, about Text) {
		if !name.IsSet() || name.Value == "" {
			d.RolesMisread = true
			return
		}
		d.Roles = append(d.Roles, &Role{name, about})
	}
	if n.Kind != yamlnode.Mapping {
		for _, name := range r.texts(n, key, "a list of roles such as `[team-lead, duty-manager]`") {
			add(name, Text{})
		}
		d.RolesMisread = d.RolesMisread || len(d.Roles) != len(n.Items) || len(d.Roles) == 0
		return
	}
	d.RolesMisread = n.Partial
	r.mapping(n, key, "roles by name").each(func(name Text, v *yamlnode.Node) {
		if v.IsAbsent() {
			add(name, Text{})
			return
		}
		m := r.mapping(v, name, "what the role is, `{about: …}`")
		if m == nil {
			add(name, Text{})
			return
		}
		m.what = "a role"
		add(name, m.words("about"))
		m.close()
	})
	if len(n.Entries) == 0 {
		r.empty(n, key)
	}
}

// elements are the elements of a service in which a cause can lie.
var elements = [...]string{"people", "process", "resources", "infrastructure", "product"}

// causes reads the words of a team for what caused a failure, by the element in which it lies.
func (r *reader) causes(n *yamlnode.Node, key Text) (out []Cause) {
	m := r.mapping(n, key, "the causes by element such as `{process: [late-pickup, wrong-label]}`")
	if m == nil {
		return nil
	}
	m.what = "the causes by element"
	first := map[string]string{}
	for _, e := range elements {
		for _, word := range m.texts(e, "a list of causes such as `[late-pickup, wrong-label]`") {
			if other, twice := first[word.Value]; twice {
				r.add(word.Range, "cause-twice", "leave it in one of them", "the cause `%s` stands under `%s` and under `%s`", clip(word.Value), other, e)
				continue
			}
			first[word.Value] = e
			out = append(out, Cause{word, e})
		}
	}
	m.close()
	return out
}
