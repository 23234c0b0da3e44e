package recovery

// Plainly makes an engine ask every play in turn and evaluate every condition: what
// deciding by an index must come to.
func Plainly(e *Engine) {
	r := e.current.Load()
	e.current.Store(newRuleset(r.program.Plain(), r.ref, r.diagnostics, r.zone))
}
