package yamlnode

import "github.com/servicerecovery/amends/playbook/unseen"

// Character is a character and where it stands.
type Character struct {
	Pos  Pos
	Rune rune
}

// Unseen finds the characters of a file that nobody can see, but for those that it may
// not have at all. Of very many only the first are found.
func Unseen(src []byte) (out []Character) {
	text := NewSource(src)
	if at, _ := unseen.First(text.text); at < 0 {
		return nil
	}
	for n := range text.starts {
		line, column, bytes := text.Line(n+1), 1, 0
		for at, r := range unseen.All(line) {
			column += len([]rune(line[bytes:at]))
			bytes = at
			if r != '\t' {
				out = append(out, Character{Pos{n + 1, column}, r})
			}
			if len(out) == maxBadCharacters {
				return out
			}
		}
	}
	return out
}
