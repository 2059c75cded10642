// Package remote is the transport: it accepts connections, reads calls, runs
// the handlers of a proc.Table and writes replies, events and streams.
//
// # A connection
//
// Each connection has one goroutine, which reads. A handler that never waits
// (proc.Handler.Quick) runs right there, and so begins one that tells before
// it waits (Prompt, here.go); any other gets a goroutine of its own, so that
// replies may overtake each other and one stuck call delays no other. What is to be written goes to a queue (netpkt.Writer) and is written
// when the reader has answered all it had read, or a handler has ended; a
// goroutine exists for writing only while the peer does not take what there
// is. While nothing happens a connection holds its goroutine's small stack and
// no buffer.
//
// # Bounds
//
// A client holds a bounded amount of memory. Above Options.MaxRequests calls
// that are not of high priority some more wait, unless those that run have
// become slow (slow.go), and behind those that wait the socket is not read;
// the same when the client does not read its replies, or when the handler of a
// stream does not read what comes for it. Procedures of high priority have room of their own. Events that the client does not read are
// kept up to Options.MaxEventBytes, then the client is cut off: dropping some
// silently would be worse, and holding back the others is out of the question.
//
// # Failures
//
// A *vir.Error of a handler is the reply. Any other error is logged, and the
// client hears of an internal error without particulars. A panic is one failed
// call. Bytes that are not the protocol end the connection.
//
// # Locks
//
// conn.mu guards the calls and streams of a connection and is a leaf but for
// a stream's: stream.mu may be held when conn.mu or the writer's lock is taken,
// never the other way round. No lock is held while a handler, a hook or a
// write runs, except by Emit, which queues, or writes without waiting.
package remote
