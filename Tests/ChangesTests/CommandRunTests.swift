// SPDX-License-Identifier: Apache-2.0

import Glibc
import Signals
import SystemPackage
import TestSupport
import Testing

@testable import Changes

/// Commands that run while timeouts are set, as where there is no terminal.
@Suite(.serialized) struct CommandRunTests {
  @Test(
    arguments: [
      (["true"], .exited(0)), (["false"], .exited(1)), (["sh", "-c", "exit 255"], .exited(255)),
      (["sh", "-c", "kill -s KILL $$"], .killed(SIGKILL)),
      (["/no/such"], .notStarted(.noSuchFileOrDirectory)), (["no such"], .notStarted(.noSuchFileOrDirectory)),
      (["/etc/passwd"], .notStarted(.permissionDenied)), (["/"], .notStarted(.permissionDenied)),
    ] as [([String], CommandRun.Ending)])
  func `ends`(words: [String], ending: CommandRun.Ending) async {
    await expect(ending, of: words)
  }

  @Test func `arguments are passed on as they are`() async throws {
    try await withTemporaryDirectory { path in
      let file = path.appending("words").string
      let script = #"for word do printf '[%s]' "$word"; done > "$0""#
      await expect(.exited(0), of: ["sh", "-c", script, file, "a b", "", "*", "'$x"])
      let text = try FilePath(file).text()
      #expect(text == "[a b][][*]['$x]")
    }
  }

  @Test func `is ended with what it has started when its time is over`() async throws {
    try await withTemporaryDirectory { path in
      let file = path.appending("pids").string
      let start = ContinuousClock.now
      let script = #"trap '' TERM; sleep 100 & echo $$ $! > "$0"; sleep 100"#
      await expect(.outOfTime, of: ["sh", "-c", script, file], within: .milliseconds(500))
      #expect(start.duration(to: .now) < .seconds(10))
      let processes = try FilePath(file).text().split(whereSeparator: \.isWhitespace).compactMap { pid_t($0) }
      #expect(processes.count == 2)
      for process in processes { #expect(isGone(process)) }
    }
  }

  @Test func `is asked before it is killed, and what it has started, too`() async throws {
    try await withTemporaryDirectory { path in
      let file = path.appending("words").string
      let script = #"""
        trap 'echo asked >> "$0"; exit 9' TERM
        (trap 'sleep 0.5; echo later >> "$0"; exit' TERM; while :; do sleep 0.05; done) &
        while :; do sleep 0.05; done
        """#
      await expect(.outOfTime, of: ["sh", "-c", script, file], within: .milliseconds(500))
      let text = try FilePath(file).text()
      #expect(text == "asked\nlater\n")
    }
  }

  @Test func `is asked also where it is stopped`() async throws {
    try await withTemporaryDirectory { path in
      let file = path.appending("words").string
      let script = #"trap 'echo asked >> "$0"; exit' TERM; kill -s STOP $$; sleep 100 & wait"#
      await expect(.outOfTime, of: ["sh", "-c", script, file], within: .milliseconds(300))
      let text = try FilePath(file).text()
      #expect(text == "asked\n")
    }
  }

  @Test func `what it leaves running runs on`() async throws {
    try await withTemporaryDirectory { path in
      let file = path.appending("pid").string
      await expect(.exited(0), of: ["sh", "-c", #"sleep 100 & echo $! > "$0""#, file], within: .seconds(60))
      let process = try #require(pid_t(try FilePath(file).text().dropLast()))
      #expect(kill(process, SIGKILL) == 0)
    }
  }

  /// In processes of their own, for signals are all of a process's.
  @Test func `a signal ends it`() async {
    await #expect(processExitsWith: .signal(SIGHUP)) {
      SignalRelay.during { relay in
        let script = "kill -s HUP \(getpid()); sleep 100"
        #expect(CommandRun(["sh", "-c", script], within: nil).ending(relay, on: nil) == .killed(SIGHUP))
      }
    }
  }

  @Test func `ignored signals stay ignored, and none else`() async {
    await #expect(processExitsWith: .success) {
      signal(SIGUSR2, SIG_IGN)
      let script = #"grep -E '^Sig(Blk|Ign):' /proc/self/status > "$0""#
      try await withTemporaryDirectory { path in
        let file = path.appending("status").string
        let command = CommandRun(["sh", "-c", script, file], within: nil, ignored: IgnoredSignals())
        #expect(CallerSignal(SIGPIPE).isIgnored && CallerSignal(SIGTSTP).isIgnored)
        #expect(SignalRelay.during { command.ending($0, on: nil) } == .exited(0))
        let sets = try FilePath(file).text().split(separator: "\n").compactMap {
          $0.split(separator: "\t").last.flatMap { UInt64($0, radix: 16) }
        }
        #expect(sets.map { $0 & 0x7fff_ffff } == [0, 1 << (UInt64(SIGUSR2) - 1)])
      }
    }
  }

  /// Runs a command in a process of its own, for the command's parent takes note of the end of all that it has started.
  private func expect(
    _ ending: CommandRun.Ending, of words: [String], within limit: Duration? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async {
    let milliseconds = limit.map { Int($0 / .milliseconds(1)) }
    await #expect(processExitsWith: .success, sourceLocation: sourceLocation) {
      [words = words as [String], milliseconds = milliseconds as Int?, expected = "\(ending)" as String] in
      let limit = milliseconds.map { Duration.milliseconds($0) }
      let ending = SignalRelay.during { CommandRun(words, within: limit).ending($0, on: nil) }
      #expect("\(ending)" == expected)
    }
  }

  private func isGone(_ process: pid_t) -> Bool {
    for _ in 0..<200 {
      let state = (try? FilePath("/proc/\(process)/stat").text())?.split(separator: ")").last?.first { $0 != " " }
      if state == nil || state == "Z" { return true }
      usleep(10_000)
    }
    return false
  }
}
