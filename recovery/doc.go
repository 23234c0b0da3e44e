// Package recovery decides what a company does after, or just before, it fails
// a customer, as its playbooks say.
//
// [Load] reads a set of playbooks and returns an [Engine]. [Engine.Decide] takes
// an [Incident] and returns a [Decision]: the actions to take, the choices that
// a person has to make, the actions that were withheld and why, and the play
// behind each. It reads the store and writes nothing. [Engine.Handle] decides
// and remembers, so that a retry acts once, a later version of the incident
// changes what was promised instead of adding to it, and limits per customer
// hold. [Engine.Update] does so where the host is told of changes, and not of whole
// incidents. The decision's [Decision.Effects] are the host's tasks. [Engine.Again]
// decides once more because time has passed. [Engine.Choose] makes a choice within its limits and precedents,
// [Engine.Report] says that an action was done, [Agenda] lists what is owed, and
// [Engine.Explain] says why each play applied or not.
//
// What is remembered is in a [Store]. Package ledger has one that keeps it on disk;
// [MemoryStore], the default, is for tests and small programs.
//
// The same inputs give the same decision, byte for byte, on every machine. The
// rules are in SEMANTICS.md beside this file.
//
// The type of an error tells who has to act: on an [IncidentError], the sender
// of the incident; on an [EvaluationError] or an [AmbiguousError], the owners of
// the playbooks; on a [ChoiceError], the person who chose. Match them with
// errors.As.
package recovery
