// Package sandbox runs programs that nobody has read, such as those a model
// wrote, in real isolation: bubblewrap with its own user, process, network,
// IPC, host-name and cgroup namespaces, a read-only system, a system-call
// filter and limits on everything that can be used up. It needs no root, no
// daemon and no container image.
//
// The steps of a caller:
//
//  1. [Open] looks for bubblewrap and Python and tests itself: a program runs,
//     cannot reach a port of ours, cannot read a file of ours, cannot write
//     outside /tmp and is killed on time. If any part fails the error is a
//     [*Refused] with a remedy. There is no silent fall-back.
//  2. [Box.Run] runs a [Program] and says how it ended ([Result]). Calls may be
//     made from any number of goroutines: as many programs run at a time as
//     there are cores and memory for, the others wait.
//  3. [Box.Facts] says what kind of isolation it was, for the record.
//  4. [Box.Close] removes what was made on the host.
//
// What a Result says about the program rests on the program's own word where
// it exits by itself: exit code 0 proves nothing. A verdict has to come from
// outside the box, for which [Program.Control] is a channel.
package sandbox
