package yamlnode

// keyLines finds the keys of a mapping that were read already.
type keyLines struct {
	entries *[]Entry
	lines   map[string]int // once there are many
}

// fewKeys is up to how many keys are looked through.
const fewKeys = 16

func (k *keyLines) find(key string) (line int, ok bool) {
	if k.lines != nil {
		line, ok = k.lines[key]
		return line, ok
	}
	for _, e := range *k.entries {
		if e.Key.Value == key {
			return e.Key.Start.Line, true
		}
	}
	return 0, false
}

// added takes note of the last entry.
func (k *keyLines) added() {
	switch n := len(*k.entries); {
	case k.lines != nil:
		last := (*k.entries)[n-1].Key
		k.lines[last.Value] = last.Start.Line
	case n > fewKeys:
		k.lines = make(map[string]int, 2*n)
		for _, e := range *k.entries {
			k.lines[e.Key.Value] = e.Key.Start.Line
		}
	}
}
