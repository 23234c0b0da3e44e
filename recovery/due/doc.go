// Package due works off the stream of a store: it decides incidents again when something falls due on
// them, and hands out deliveries.
//
//	runner := due.Runner{Engine: engine, Store: store, Deliver: deliver}
//	err := runner.Run(ctx) // until the context ends
//
//	func deliver(ctx context.Context, d recovery.Delivery) error {
//		switch d.Do {
//		case recovery.ToDo:
//			if d.Action.Type == recovery.ActionRespond {
//				return due.ErrTaken // an agent does, and the incident will say when
//			}
//			return pay(ctx, d.Key, d.Action) // the key makes a repetition harmless
//		…
//	}
//
// # What it promises
//
// Any number of processes run side by side on one store. Each claims what it works on for a time, its
// lease, and renews the lease while Deliver runs. The context of Deliver ends when the lease does.
//
// The deliveries of an incident are handed out one after another, the oldest first. A process that dies
// loses nothing: what it had claimed is handed out again when its lease has ended. So each delivery is
// handed out at least once, and its key is the same each time. Deciding again finds nothing different.
//
// A delivery that fails is tried again, later each time. After the last attempt it is a dead letter: the agenda lists
// it, and one about money holds back later money of its incident. It may have been done, so it still
// counts as given. A person deals with it by a report ([recovery.Engine.Report]), or puts it back
// ([recovery.Stream.Revive]).
//
// An incident that cannot be decided, because it does not fit the set any more, is tried again, later each
// time, and its agenda lists it as stuck. The others go on.
//
// After a downtime, what has fallen due is decided in the order of its time, as of now. What fell due
// several times meanwhile is handed out once. While nothing is due, the runner asks the store once in a
// while when to look next, and nothing else.
//
// # What it does not promise
//
// Nobody can hand something out exactly once. A process that dies, or loses its lease, after Deliver has done
// its work and before the report is kept makes the delivery come again. Whoever carries it out has to know its key.
package due
