// Package log keeps records as bytes in segments. It frames and chains them, finds and checks them,
// adds them and cuts them off. It knows the names of their kinds, and nothing of what is in a payload.
// Its user says how a payload is parsed, and how many records of the same commit follow one.
//
//	frame.go, header.go            a record in a file, and its place in the chain
//	files.go, regular.go, lock.go  a directory, plain files in it, and who may write
//	log.go, scan.go                the segments; reading them in blocks
//	pipeline.go                    checking many records on all cores, in order
//	audit.go, damage.go            what is damage: for whoever verifies and whoever opens
//	tail.go, tear.go, repair.go    adding records; torn ends; cutting them off
//	tree.go                        the Merkle tree over the records
//
// [Open] gives a [Log] to read. A [Walk] goes through it and hands out each [Item], an
// [Audit] judges them. A writer takes the lock of the [Files] and then the [Tail].
package log
