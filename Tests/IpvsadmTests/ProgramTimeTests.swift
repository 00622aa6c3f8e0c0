// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import IPVS
import Ipvsadm
import SystemPackage
import TestSupport
import Testing

/// Slow programs.
@Suite struct ProgramTimeTests {
  private static let line = "Timeout (tcp tcpfin udp): 900 120 300"
  private static let short = Duration.milliseconds(300)
  /// Enough time for a program to start others.
  private static let longer = Duration.seconds(5)
  /// Less than the programs sleep, and much more than a busy machine needs to end them.
  private static let patience = Duration.seconds(90)

  @Test func `writes byte by byte`() async throws {
    let (answer, _) = try await answer(
      ofScript: """
        rest='\(Self.line)'
        while [ -n "$rest" ]; do
          printf '%.1s' "$rest"
          rest=${rest#?}
          sleep 0.01
        done
        echo
        """)
    #expect(answer == .success(.kernelDefault))
  }

  @Test(arguments: [
    "exec sleep 100",
    // Ignores every signal that can be ignored.
    "trap '' TERM INT HUP QUIT; while :; do sleep 100; done",
    // Has answered but does not end.
    "echo '\(line)'; exec sleep 100",
    "echo '\(line)'; exec sleep 100 >&- 2>&-",
    "exec >&- 2>&-; exec sleep 100",
    // Stops itself.
    "kill -s STOP $$",
  ])
  func `hangs`(script: String) async throws {
    let (answer, duration) = try await answer(ofScript: script, timeLimit: Self.short)
    #expect(answer == .failure(.timedOut))
    #expect(duration >= Self.short)
    #expect(duration < Self.patience)
  }

  @Test func `hangs with a child, and both are dead afterwards`() async throws {
    try await withTemporaryDirectory { directory in
      let fifo = directory.appending("fifo")
      try #require(mkfifo(fifo.string, 0o600) == 0)
      let alive = try FileDescriptor.open(fifo, .readOnly, options: .nonBlocking)
      defer { try? alive.close() }
      // A process that is alive has the pipe open for writing.
      let program = try await FakeProgram(
        """
        #!/bin/sh
        exec 3> '\(fifo)'
        (trap '' TERM; sleep 100) &
        echo both > '\(directory.appending("started"))'
        wait
        """, at: directory.appending("ipvsadm"))
      let (answer, duration) = try await program.answer(timeLimit: Self.longer)
      #expect(answer.mapError(\.cause) == .failure(.timedOut))
      #expect(duration < Self.patience)
      #expect(try directory.appending("started").text() == "both\n")

      // This thread is one of the few that run tasks, and killing the program is a task.
      let (count, events) = await onOwnThread {
        var event = pollfd(fd: alive.rawValue, events: Int16(POLLIN), revents: 0)
        return (poll(&event, 1, 60_000), CInt(event.revents))
      }.get()
      #expect(count == 1)
      #expect(events == POLLHUP)
    }
  }

  @Test(arguments: [
    "sleep 100 & echo $! > \"$0.child\"; echo '\(line)'",
    "sleep 100 & echo $! > \"$0.child\"; echo '\(line)'; exec 1>&- 2>&-",
    // In its own session, where no signal to the group reaches it.
    "setsid sh -c 'echo $$ > \"$0.child\"; exec sleep 100' \"$0\" & "
      + "until [ -s \"$0.child\" ]; do sleep 0.01; done; echo '\(line)'",
  ])
  func `leaves a child that holds its pipes`(script: String) async throws {
    try await withTemporaryDirectory { directory in
      let path = directory.appending("ipvsadm")
      let program = try await FakeProgram("#!/bin/sh\n\(script)\n", at: path)
      defer { killChild(of: path) }
      let (answer, duration) = try await program.answer()
      #expect(answer == .success(.kernelDefault))
      #expect(duration < Self.patience)
    }
  }

  @Test func `hangs after a child has escaped with its pipes`() async throws {
    try await withTemporaryDirectory { directory in
      let path = directory.appending("ipvsadm")
      let program = try await FakeProgram(
        """
        #!/bin/sh
        setsid sh -c 'echo $$ > "$0.child"; exec sleep 100' "$0" &
        sleep 100
        """, at: path)
      defer { killChild(of: path) }
      let (answer, duration) = try await program.answer(timeLimit: Self.longer)
      #expect(answer.mapError(\.cause) == .failure(.timedOut))
      #expect(duration < Self.patience)
    }
  }

  /// Kills the process whose number the program has written into a file beside itself.
  private func killChild(of path: FilePath) {
    guard let text = try? FilePath(path.string + ".child").text(), let child = pid_t(text.dropLast()) else {
      Issue.record("the program did not start its child")
      return
    }
    kill(child, SIGKILL)
  }
}
