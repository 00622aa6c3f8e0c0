// SPDX-License-Identifier: Apache-2.0

import Glibc
import SystemPackage
import TestSupport
import Testing

@testable import Linux

/// Commands that run during a trial, without a terminal.
///
/// Each test runs in a separate process, because signals belong to a whole process, and the parent of the command
/// collects all children. Such a process takes seconds to start, so there are few.
@Suite struct ChildCommandTests {
  @Test func `runs, and is ended with its processes`() async {
    await #expect(processExitsWith: .success) {
      for (words, ending) in ChildCommandTests.endings {
        #expect(await ChildCommandTests.run(words) == ending, "\(words)")
      }
      try await ChildCommandTests.argumentsArePassedOnAsTheyAre()
      try await ChildCommandTests.isEndedWithWhatItHasStarted()
      try await ChildCommandTests.isAskedBeforeItIsKilled()
      try await ChildCommandTests.whatItLeavesRunningRunsOn()
    }
  }

  @Test func `a signal ends it`() async {
    await #expect(processExitsWith: .signal(SIGHUP)) {
      SignalDeferral.during { relay in
        let script = "kill -s HUP \(getpid()); sleep 100"
        #expect(ChildCommand(["sh", "-c", script], within: nil).ending(relay, on: nil) == .killed(SIGHUP))
      }
    }
  }

  @Test func `ignored signals stay ignored, and no others`() async {
    await #expect(processExitsWith: .success) {
      signal(SIGUSR2, SIG_IGN)
      let script = #"grep -E '^Sig(Blk|Ign):' /proc/self/status > "$0""#
      try await withTemporaryDirectory { path in
        let file = path.appending("status").string
        let command = ChildCommand(["sh", "-c", script, file], within: nil, ignored: IgnoredSignals())
        #expect(SavedSignalAction(SIGPIPE).isIgnored && SavedSignalAction(SIGTSTP).isIgnored)
        #expect(SignalDeferral.during { command.ending($0, on: nil) } == .exited(0))
        let sets = try FilePath(file).text().split(separator: "\n").compactMap {
          $0.split(separator: "\t").last.flatMap { UInt64($0, radix: 16) }
        }
        #expect(sets.map { $0 & 0x7fff_ffff } == [0, 1 << (UInt64(SIGUSR2) - 1)])
      }
    }
  }
}

extension ChildCommandTests {
  fileprivate static let endings: [([String], ChildCommand.Ending)] = [
    (["true"], .exited(0)), (["false"], .exited(1)), (["sh", "-c", "exit 255"], .exited(255)),
    (["sh", "-c", "kill -s KILL $$"], .killed(SIGKILL)),
    (["/no/such"], .notStarted(.noSuchFileOrDirectory)), (["no such"], .notStarted(.noSuchFileOrDirectory)),
    (["/etc/passwd"], .notStarted(.permissionDenied)), (["/"], .notStarted(.permissionDenied)),
  ]

  fileprivate static func run(_ words: [String], within limit: Duration? = nil) async -> ChildCommand.Ending {
    let ending: Result<ChildCommand.Ending, Never> = await onOwnThread {
      SignalDeferral.during { ChildCommand(words, within: limit).ending($0, on: nil) }
    }
    return ending.get()
  }

  fileprivate static func argumentsArePassedOnAsTheyAre() async throws {
    try await withTemporaryDirectory { path in
      let file = path.appending("words").string
      let script = #"for word do printf '[%s]' "$word"; done > "$0""#
      #expect(await run(["sh", "-c", script, file, "a b", "", "*", "'$x"]) == .exited(0))
      let text = try FilePath(file).text()
      #expect(text == "[a b][][*]['$x]")
    }
  }

  fileprivate static func isEndedWithWhatItHasStarted() async throws {
    try await withTemporaryDirectory { path in
      let file = path.appending("pids").string
      let script = #"trap '' TERM; sleep 100 & echo $$ $! > "$0"; sleep 100"#
      #expect(await run(["sh", "-c", script, file], within: .seconds(1)) == .outOfTime)
      let processes = try FilePath(file).text().split(whereSeparator: \.isWhitespace).compactMap { pid_t($0) }
      #expect(processes.count == 2)
      // All of them have been collected, too.
      for process in processes { #expect(kill(process, 0) < 0) }
    }
  }

  fileprivate static func isAskedBeforeItIsKilled() async throws {
    try await withTemporaryDirectory { path in
      let file = path.appending("words").string
      let script = #"""
        trap 'echo asked >> "$0"; exit 9' TERM
        (trap 'sleep 0.5; echo later >> "$0"; exit' TERM; while :; do sleep 0.05; done) &
        while :; do sleep 0.05; done
        """#
      #expect(await run(["sh", "-c", script, file], within: .seconds(1)) == .outOfTime)
      let text = try FilePath(file).text()
      #expect(text == "asked\nlater\n")
    }
  }

  fileprivate static func whatItLeavesRunningRunsOn() async throws {
    try await withTemporaryDirectory { path in
      let file = path.appending("pid").string
      let script = #"sleep 100 </dev/null >/dev/null 2>&1 & echo $! > "$0""#
      #expect(await run(["sh", "-c", script, file], within: .seconds(60)) == .exited(0))
      let process = try #require(pid_t(try FilePath(file).text().dropLast()))
      #expect(kill(process, SIGKILL) == 0)
    }
  }
}
