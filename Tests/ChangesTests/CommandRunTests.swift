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
    #expect(await run(words) == ending)
  }

  @Test func `arguments are passed on as they are`() async throws {
    try await withTemporaryDirectory { path in
      let file = path.appending("words").string
      let script = #"for word do printf '[%s]' "$word"; done > "$0""#
      #expect(await run(["sh", "-c", script, file, "a b", "", "*", "'$x"]) == .exited(0))
      let text = try FilePath(file).text()
      #expect(text == "[a b][][*]['$x]")
    }
  }

  @Test func `is ended with what it has started when its time is over`() async throws {
    try await withTemporaryDirectory { path in
      let file = path.appending("pids").string
      let start = ContinuousClock.now
      let script = #"trap '' TERM; sleep 100 & echo $$ $! > "$0"; sleep 100"#
      #expect(await run(["sh", "-c", script, file], within: .milliseconds(500)) == .outOfTime)
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
      #expect(await run(["sh", "-c", script, file], within: .milliseconds(500)) == .outOfTime)
      let text = try FilePath(file).text()
      #expect(text == "asked\nlater\n")
    }
  }

  @Test func `is ended where it is stopped`() async {
    let start = ContinuousClock.now
    #expect(await run(["sh", "-c", "kill -s STOP $$"], within: .milliseconds(300)) == .outOfTime)
    #expect(start.duration(to: .now) < .seconds(3))
  }

  @Test func `what it leaves running runs on`() async throws {
    try await withTemporaryDirectory { path in
      let file = path.appending("pid").string
      #expect(await run(["sh", "-c", #"sleep 100 & echo $! > "$0""#, file], within: .seconds(60)) == .exited(0))
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

  private func run(_ words: [String], within limit: Duration? = nil) async -> CommandRun.Ending {
    let ending: Result<CommandRun.Ending, Never> = await onOwnThread {
      SignalRelay.during { CommandRun(words, within: limit).ending($0, on: nil) }
    }
    return ending.get()
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
