// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

extension RealKernel {
  /// A renewal that is killed, interrupted or refused at any of its system calls.
  ///
  /// Each test counts the calls up, until the command ends as if nothing had happened. So no call is forgotten.
  @Suite struct RenewalCrashTests {
    private let netns = Namespace.current
    private let directory = ScratchDirectory.current

    /// A command that renews connections, in a namespace with the timeouts 60, 30 and 60 or the default ones.
    enum Command: String, CaseIterable, CustomTestStringConvertible {
      case renew, set, with

      var words: [String] {
        switch self {
        case .renew: ["renew", "--yes"]
        case .set: ["set", "60", "30", "60", "--renew", "--yes"]
        case .with: ["with", "60", "30", "60", "--renew", "--yes", "--", "true"]
        }
      }

      var before: String { self == .renew ? "60 30 60" : "900 120 300" }
      var after: String { self == .with ? "900 120 300" : "60 30 60" }
      var testDescription: String { rawValue }
    }

    /// The system calls from the first one of the program to the end of the renewal.
    ///
    /// `set` and `with` renew with the same code, so only the calls that change something are repeated for them.
    static let calls: [(Command, String)] =
      [
        "sendto", "recvfrom", "socket", "setsockopt", "getsockopt", "connect", "openat", "close", "unlink", "rmdir",
        "link",
      ]
      .map { (.renew, $0) } + ["sendto", "unlink", "link"].flatMap { [(.set, $0), (.with, $0)] }

    /// Runs a command with something injected into its nth system call of a name.
    ///
    /// - Returns: How it ended, and whether it has come to that call.
    private func run(_ command: Command, _ call: String, _ number: Int, _ what: String) async throws -> (
      outcome: Outcome, hasCome: Bool
    ) {
      let values = command.before.split(separator: " ").compactMap { Int($0) }
      try await netns.set(values[0], values[1], values[2])
      try await RenewalTable.fill(in: netns)
      let outcome = try await netns.run(
        ["strace", "-o", "\(directory.path)/trace", "-e", "trace=\(call)"]
          + ["-e", "inject=\(call):\(what):when=\(number)"] + [Guest.program] + command.words)
      let trace = directory.text("trace")
      // The end of a child sends a signal, too.
      let signs = ["(INJECTED)", "killed by SIGKILL"] + ["TERM", "INT", "HUP", "QUIT"].map { "--- SIG\($0) {" }
      return (outcome, signs.contains { trace.contains($0) })
    }

    /// Expects that the program says what was left, and that `rollback` restores it.
    private func expectRollback(_ command: Command, _ comment: String) async throws {
      let isDaemonLeft = !(try await netns.daemons().isEmpty)
      let isRecordLeft = !(try await netns.records().isEmpty)
      let next = try await netns.program("show")
      #expect(next.status == 0, "\(comment): \(next)")
      #expect(next.stderr.isEmpty == !isRecordLeft, "\(comment): \(next)")
      // Without a record, nobody could stop the daemon.
      if isDaemonLeft { #expect(isRecordLeft, "\(comment)") }
      if isRecordLeft {
        #expect(
          next.stderr.contains("run `ipvs-timeout rollback` to ") && next.stderr.hasPrefix("ipvs-timeout: an earlier"),
          "\(comment): \(next)")
      }
      let values = try await netns.timeouts()
      let rollback = try await netns.program("rollback")
      #expect(rollback.status == 0, "\(comment): \(rollback)")
      #expect(
        rollback.stderr.contains("stopped the backup daemon that a killed renewal had left") == isDaemonLeft,
        "\(comment): \(rollback)")
      try await netns.expectNoDaemon()
      let wanted = command == .with && isRecordLeft ? "900 120 300" : values
      expect(try await netns.timeouts(), equals: wanted, "\(comment)")
      #expect(wanted == command.before || wanted == command.after, "\(comment)")
      #expect(try await netns.program("show").stderr.isEmpty, "\(comment)")
      #expect(try await netns.entries().count == 4, "\(comment)")
    }

    @Test(arguments: calls)
    func leavesARecordWhenKilled(_ command: Command, _ call: String) async throws {
      var (number, daemons) = (1, 0)
      while true {
        let (outcome, hasCome) = try await run(command, call, number, "signal=KILL")
        guard hasCome else {
          #expect(outcome.status == 0, "\(call) \(number): \(outcome)")
          break
        }
        #expect(outcome.status == -SIGKILL, "\(call) \(number): \(outcome)")
        if !(try await netns.daemons().isEmpty) { daemons += 1 }
        try await expectRollback(command, "\(call) \(number)")
        number += 1
      }
      try await netns.expectNoDaemon()
      // At least one of these calls is made while the daemon runs.
      if ["sendto", "setsockopt", "connect", "close", "openat"].contains(call) { #expect(daemons > 0) }
    }

    /// All signals are held in the same way, so `set` and `with` get only one of them.
    @Test(
      arguments: [SIGTERM, SIGINT, SIGHUP, SIGQUIT].map { (Command.renew, $0) }
        + [Command.set, .with].map { ($0, SIGTERM) })
    func leavesNothingAfterASignal(_ command: Command, _ signal: Int32) async throws {
      let name = [SIGTERM: "TERM", SIGINT: "INT", SIGHUP: "HUP", SIGQUIT: "QUIT"][signal] ?? ""
      for call in command == .renew ? ["sendto", "openat"] : ["sendto"] {
        var number = 1
        while true {
          let (outcome, hasCome) = try await run(command, call, number, "signal=\(name)")
          guard hasCome else { break }
          #expect(outcome.status == -signal, "\(call) \(number): \(outcome)")
          try await netns.expectNoDaemon()
          let values = try await netns.timeouts()
          #expect(values == command.before || values == command.after, "\(call) \(number)")
          if command == .with { #expect(values == "900 120 300", "\(call) \(number)") }
          number += 1
        }
        #expect(number > 3, "\(call)")
      }
    }

    private static let failures: [(Command, String, String)] =
      [
        ("sendto", "ENOBUFS"), ("sendto", "EPERM"), ("recvfrom", "ENOMEM"), ("socket", "EMFILE"), ("socket", "ENFILE"),
        ("setsockopt", "ENOPROTOOPT"), ("getsockopt", "ENOPROTOOPT"), ("connect", "ENETUNREACH"),
        ("openat", "EMFILE"), ("link", "EPERM"), ("mkdir", "EROFS"), ("flock", "ENOLCK"), ("write", "ENOSPC"),
      ].map { (.renew, $0, $1) }
      + [("sendto", "ENOBUFS"), ("recvfrom", "ENOMEM"), ("getsockopt", "ENOPROTOOPT")].flatMap {
        [(.set, $0, $1), (.with, $0, $1)]
      }

    /// The program reports each failure, and leaves neither the daemon nor a record.
    @Test(arguments: failures)
    func reportsAFailedSystemCall(_ command: Command, _ call: String, _ error: String) async throws {
      var number = 1
      while true {
        let (outcome, hasCome) = try await run(command, call, number, "error=\(error)")
        guard hasCome else { break }
        let comment: Comment = "\(call) \(error) \(number): \(outcome)"
        // A call that a failure does not matter to changes nothing else.
        if outcome.status == 0 {
          #expect(try await netns.timers()[1].map { $0 <= 60 } == (command != .with), comment)
        } else if call != "write" {
          #expect(outcome.stderr.hasPrefix("ipvs-timeout: "), comment)
          #expect(outcome.status > 0, comment)
        }
        let isDaemonLeft = !(try await netns.daemons().isEmpty)
        // Only a daemon that could not be stopped may stay, with its record.
        if isDaemonLeft {
          #expect(outcome.stderr.contains("stop the backup daemon"), comment)
          try await expectRollback(command, "\(call) \(error) \(number)")
        }
        if !(try await netns.records().isEmpty) {
          #expect(outcome.status != 0 && outcome.stderr.contains("rollback"), comment)
          try await expectRollback(command, "\(call) \(error) \(number)")
        }
        let values = try await netns.timeouts()
        #expect(values == command.before || values == command.after, comment)
        #expect(try await netns.entries().count == 4, comment)
        number += 1
      }
    }

    /// Without a record, a killed renewal would leave a daemon that nobody stops.
    @Test(arguments: Command.allCases, ["read-only", "full"])
    func renewsNothingWithoutARecord(_ command: Command, _ reason: String) async throws {
      try await RenewalTable.fill(in: netns)
      if command == .renew { try await netns.set(60, 30, 60) }
      let mount =
        reason == "full"
        ? "mount -t tmpfs -o size=4k,mode=700 none /run/ipvs-timeout && touch /run/ipvs-timeout/lock"
          + " && dd if=/dev/zero of=/run/ipvs-timeout/file 2>/dev/null;"
        : "mkdir -p /run/ipvs-timeout && mount --bind /run/ipvs-timeout /run/ipvs-timeout"
          + " && mount -o remount,bind,ro /run/ipvs-timeout &&"
      let script = "\(mount) exec \"$0\" \"$@\""
      let outcome = try await netns.run(["unshare", "-m", "sh", "-c", script, Guest.program] + command.words)
      #expect(outcome.status == 71 && outcome.stderr.contains("so no connection was renewed"), "\(outcome)")
      #expect(try await netns.timers()[1].map { $0 > 60 } == true)
      try await netns.expectNoDaemon()
      // `set` sets the timeouts first.
      expect(try await netns.timeouts(), equals: command == .with ? "900 120 300" : "60 30 60")
    }
  }
}
