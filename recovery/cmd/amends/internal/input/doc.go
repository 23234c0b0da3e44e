// Package input reads the incidents of an input one by one, works on them on every
// core and keeps their order. It knows as of when each is decided, and which of
// their fields no playbook declares.
package input
