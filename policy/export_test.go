package policy

import "github.com/servicerecovery/amends/playbook"

// CompileApart compiles a set without sharing anything.
func CompileApart(set *playbook.Set) (*Program, playbook.Diagnostics) { return compileSet(set, true) }
