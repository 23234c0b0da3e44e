package celenv

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/checker"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/containers"
	"github.com/google/cel-go/common/decls"
	"github.com/google/cel-go/common/functions"
	"github.com/google/cel-go/common/types"

	"github.com/servicerecovery/amends/policy/internal/cellib"
)

// Base has what the expressions of all scopes share: the functions, the macros, and the typed
// references to which names are resolved. It is safe for concurrent use.
type Base struct {
	env      *cel.Env
	checker  *checker.Env
	provider *provider
	impls    map[string]*functions.Overload // by overload id, or by name for functions with one implementation
	declared map[string]*decls.FunctionDecl
	callable []string // names that may be called, for "did you mean"
	session  atomic.Pointer[session]
}

// Limits of one expression. Parsing takes more than linear time on nested input.
const (
	maxSourceRunes = 20_000
	maxDepth       = 100
	maxNodes       = 10_000
)

// NewBase returns a base without references. It takes some milliseconds.
func NewBase() (*Base, error) {
	registry, err := types.NewRegistry()
	if err != nil {
		return nil, err
	}
	b := &Base{provider: &provider{Registry: registry, fields: map[string]*types.FieldType{}, items: map[string]map[string]*types.FieldType{}}}
	b.env, err = cellib.NewEnv(b.provider, b.provider.Registry,
		cel.ParserExpressionSizeLimit(maxSourceRunes), cel.ParserRecursionLimit(maxDepth), cel.ExpressionNodeLimit(maxNodes),
		cel.Variable(frameName, types.NewObjectType(frameType)))
	if err != nil {
		return nil, err
	}
	b.session.Store(newSession())
	return b, b.init()
}

// init builds two things that cel.Env does not hand out: a checker that returns the types of an
// expression even where it finds errors, and the functions with which constants are folded.
func (b *Base) init() (err error) {
	b.checker, err = checker.NewEnv(containers.DefaultContainer, b.provider, checker.CrossTypeNumericComparisons(true))
	if err != nil {
		return err
	}
	if err := b.checker.AddIdents(b.env.Variables()...); err != nil {
		return err
	}
	b.declared = b.env.Functions()
	b.impls = map[string]*functions.Overload{}
	for _, name := range slices.Sorted(maps.Keys(b.declared)) {
		f := b.declared[name]
		if f.IsDeclarationDisabled() { // old spellings of operators
			delete(b.declared, name)
			continue
		}
		if err := b.checker.AddFunctions(f); err != nil {
			return fmt.Errorf("function %s: %w", name, err)
		}
		bindings, err := f.Bindings()
		if err != nil {
			return fmt.Errorf("function %s: %w", name, err)
		}
		for _, binding := range bindings {
			b.impls[binding.Operator] = binding
		}
	}
	b.callable = cellib.CallableNames(b.declared, b.env.Macros())
	return nil
}

// parse turns a source text into a syntax tree. A panic of the parser becomes an error.
func (b *Base) parse(src string) (parsed *ast.AST, issues *cel.Issues, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the parser failed: %v", p)
		}
	}()
	tree, issues := b.env.Parse(src)
	if issues.Err() != nil {
		return nil, issues, nil
	}
	return tree.NativeRep(), nil, nil
}

// frameName is the one variable that is left in a syntax tree after the scan; no source
// can spell it. frameType is its type, whose fields are the references.
const (
	frameName = "@"
	frameType = "amends.frame"
)

// provider tells the checker the type of each reference, and the evaluation how to read it.
// References are added while expressions are compiled. They never change.
type provider struct {
	*types.Registry
	mu     sync.RWMutex
	fields map[string]*types.FieldType
	items  map[string]map[string]*types.FieldType // of items, by the names of their types
	lists  map[string]*Field                      // the lists, likewise
}

// FindStructType implements types.Provider.
func (p *provider) FindStructType(name string) (*types.Type, bool) {
	if name == frameType {
		return types.NewTypeTypeWithParam(types.NewObjectType(frameType)), true
	}
	if p.list(name) != nil {
		return types.NewTypeTypeWithParam(types.NewObjectType(name)), true
	}
	return p.Registry.FindStructType(name)
}

// FindStructFieldType implements types.Provider.
func (p *provider) FindStructFieldType(name, field string) (*types.FieldType, bool) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if name != frameType {
		if fields, isItem := p.items[name]; isItem {
			f, ok := fields[field]
			return f, ok
		}
		return p.Registry.FindStructFieldType(name, field)
	}
	f, ok := p.fields[field]
	return f, ok
}

// add makes a reference known under a key. get reads it; the frame is its only
// argument. Adding a key again changes nothing: equal keys mean equal references.
func (p *provider) add(key string, t *types.Type, get func(*Frame) (any, error)) {
	p.mu.RLock()
	_, known := p.fields[key]
	p.mu.RUnlock()
	if known {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fields[key] = &types.FieldType{
		Type:    t,
		IsSet:   func(any) bool { return true }, // has(x) is a reference of its own, because its evaluation can fail
		GetFrom: func(target any) (any, error) { return get(target.(*Frame)) },
	}
}
