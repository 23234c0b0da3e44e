package recovery

import (
	"context"
	"errors"
	"reflect"
)

// What a program can leave out by mistake is an error, and no panic: an engine that
// nobody loaded, an option or a store that is nil.
var (
	errNotLoaded = errors.New("the engine has no playbooks; make one with Load or New")
	errNilOption = errors.New("an option is nil")
	errNoFiles   = errors.New("a file system with playbooks is wanted, not nil")
)

// rules are those that the engine decides by.
func (e *Engine) rules() (*ruleset, error) {
	if e != nil {
		if rules := e.current.Load(); rules != nil {
			return rules, nil
		}
	}
	return nil, errNotLoaded
}

// noStore takes the place of a store where there is none. Each call fails with its error.
type noStore struct{ why error }

func (s noStore) Read(context.Context, Query) (Given, Version, error) { return Given{}, "", s.why }
func (s noStore) Commit(context.Context, Commit) error                { return s.why }

// given returns the store that an option was given, or one that fails.
func given(option string, s Store) Store {
	if v := reflect.ValueOf(s); !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
		return noStore{errors.New(option + " wants a store, not nil")}
	}
	return s
}
