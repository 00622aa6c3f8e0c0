// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

extension RealKernel {
  /// A renewal that is killed, interrupted or refused at any of its system calls.
  ///
  /// A run without a fault shows the calls. `make test-faults` tries all of them; without it, calls that change nothing
  /// are represented by the first and the last of each kind.
  @Suite struct RenewalCrashTests {
    private let netns = Namespace.current

    /// A command that renews connections, in a namespace with the timeouts 60, 30 and 60 or the default ones.
    enum Command: String, CaseIterable, CustomTestStringConvertible {
      case renew, set, with

      var words: [String] {
        switch self {
        case .renew: ["renew", "--yes"]
        case .set: ["set", "60", "30", "60", "--renew", "--yes"]
        case .with: ["with", "60", "30", "60", "--renew", "--yes", "--", "/bin/true"]
        }
      }

      var before: String { self == .renew ? "60 30 60" : "900 120 300" }
      var after: String { self == .with ? "900 120 300" : "60 30 60" }
      var testDescription: String { rawValue }
    }

    /// The system calls from the first one of the program to the end of the renewal.
    ///
    /// `set` and `with` renew with the same code, so only the calls that change something are repeated for them.
    static let calls: [(Command, [String])] = [
      (
        .renew,
        [
          "sendto", "recvfrom", "socket", "setsockopt", "getsockopt", "connect", "openat", "close", "unlink", "rmdir",
          "link",
        ]
      ), (.set, ["sendto", "unlink", "link"]), (.with, ["sendto", "unlink", "link"]),
    ]

    /// Runs a command once for each chosen call of these names, with the fault in it.
    private func sweep(
      _ command: Command, _ names: [String], _ fault: Fault, where isWanted: (TracedCall) -> Bool = { _ in true },
      _ check: (RenewalFaultScene, TracedRun, Comment) throws -> Void
    ) throws {
      try RenewalFaultScene.with { scene in
        let rehearsal = try scene.run(command) { _ in nil }
        #expect(rehearsal.outcome.status == 0, "\(rehearsal.outcome)")
        let calls = rehearsal.calls.filter { names.contains($0.name) && $0.isOfFirstThread }
        for name in names { #expect(calls.contains { $0.name == name }, "\(name)") }
        for call in FaultScene.chosen(calls) where isWanted(call) {
          let run = try scene.run(command) { $0.name == call.name && $0.nth == call.nth ? fault : nil }
          let comment: Comment = "\(call) \(fault): \(run.outcome)"
          // How often the program looks whether its child has ended differs.
          guard run.hit != nil else {
            #expect(command == .with, comment)
            continue
          }
          try check(scene, run, comment)
        }
      }
    }

    @Test(arguments: calls) func leavesARecordWhenKilled(_ command: Command, _ names: [String]) throws {
      var daemons: [String: Int] = [:]
      try sweep(command, names, .signal(SIGKILL)) { scene, run, comment in
        #expect(run.outcome.status == -SIGKILL, comment)
        if try scene.daemons.isBackupRunning() { daemons[run.hit?.name ?? "", default: 0] += 1 }
        try scene.expectRollback(command, comment)
      }
      // At least one of these calls is made while the daemon runs.
      let some = FaultScene.isComplete ? ["sendto", "setsockopt", "connect", "close", "openat"] : ["sendto"]
      for name in some where names.contains(name) { #expect(daemons[name, default: 0] > 0, "\(name)") }
    }

    /// All signals are held in the same way, so `set` and `with` get only one of them.
    ///
    /// Of the other signals of `renew`, each comes at every third call, unless all calls are tried.
    @Test(
      arguments: [SIGTERM, SIGINT, SIGHUP, SIGQUIT].map { (Command.renew, $0) }
        + [Command.set, .with].map { ($0, SIGTERM) })
    func leavesNothingAfterASignal(_ command: Command, _ signal: Int32) throws {
      var count = 0
      let others = [SIGINT, SIGHUP, SIGQUIT]
      let part = FaultScene.isComplete ? nil : others.firstIndex(of: signal)
      let names = command == .renew && part == nil ? ["sendto", "openat"] : ["sendto"]
      try sweep(command, names, .signal(signal), where: { part == nil || $0.nth % others.count == part }) {
        scene, run, comment in
        #expect(run.outcome.status == -signal, comment)
        try scene.expectNothingLeft(comment)
        let values = try scene.timeouts
        #expect(values == command.before || values == command.after, comment)
        if command == .with { #expect(values == "900 120 300", comment) }
        count += 1
      }
      #expect(count > (part == nil ? 6 : 2))
    }

    private static let failures: [(Command, String, Int32)] =
      [
        ("sendto", ENOBUFS), ("sendto", EPERM), ("recvfrom", ENOMEM), ("socket", EMFILE), ("socket", ENFILE),
        ("setsockopt", ENOPROTOOPT), ("getsockopt", ENOPROTOOPT), ("connect", ENETUNREACH),
        ("openat", EMFILE), ("link", EPERM), ("mkdir", EROFS), ("flock", ENOLCK), ("write", ENOSPC),
      ].map { (.renew, $0, $1) }
      + [("sendto", ENOBUFS), ("recvfrom", ENOMEM), ("getsockopt", ENOPROTOOPT)].flatMap {
        [(.set, $0, $1), (.with, $0, $1)]
      }

    /// The program reports each failure, and leaves neither the daemon nor a record.
    @Test(arguments: failures)
    func reportsAFailedSystemCall(_ command: Command, _ call: String, _ error: Int32) throws {
      try sweep(command, [call], .error(error)) { scene, run, comment in
        let outcome = run.outcome
        // A call that a failure does not matter to changes nothing else.
        if outcome.status == 0 {
          let first = try scene.daemons.entries().first { $0.port == 1 }?.secondsLeft
          #expect(first.map { $0 <= 60 } == (command != .with), comment)
        } else if call != "write" {
          #expect(outcome.stderr.hasPrefix("ipvs-timeout: "), comment)
          #expect(outcome.status > 0, comment)
        }
        let isDaemonLeft = try scene.daemons.isBackupRunning()
        let isRecordLeft = scene.isRecordLeft
        // Only a daemon that could not be stopped may stay, with its record.
        if isDaemonLeft { #expect(outcome.stderr.contains("stop the backup daemon"), comment) }
        if isRecordLeft { #expect(outcome.status != 0 && outcome.stderr.contains("rollback"), comment) }
        if isDaemonLeft || isRecordLeft {
          try scene.expectRollback(command, comment)
          return
        }
        let values = try scene.timeouts
        #expect(values == command.before || values == command.after, comment)
        #expect(try scene.daemons.entries().count == 4, comment)
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
      let script = "mkdir -p /run/ipvs-timeout; \(mount) exec \"$0\" \"$@\""
      let outcome = try await netns.run(["unshare", "-m", "sh", "-c", script, Guest.program] + command.words)
      #expect(outcome.status == 71 && outcome.stderr.contains("so no connection was renewed"), "\(outcome)")
      #expect(try await netns.timers()[1].map { $0 > 60 } == true)
      try await netns.expectNoDaemon()
      // `set` sets the timeouts first.
      expect(try await netns.timeouts(), equals: command == .with ? "900 120 300" : "60 30 60")
    }
  }
}

/// A namespace with connections in which renewals run with faults.
private final class RenewalFaultScene {
  private let scene: FaultScene
  let daemons: KernelDaemons

  private init(_ scene: FaultScene) throws {
    self.scene = scene
    let device = try scene.program.run(
      ["/bin/sh", "-c", "PATH=$PATH:/usr/sbin:/sbin exec ip link set lo up multicast on"], isTraced: false)
    #expect(device.outcome.status == 0, "\(device.outcome)")
    daemons = try KernelDaemons(of: .current)
  }

  static func with(_ body: (RenewalFaultScene) throws -> Void) throws {
    try FaultScene.with { scene in try body(RenewalFaultScene(scene)) }
  }

  var timeouts: String {
    get throws { try scene.timeouts }
  }

  /// Whether a record of a trial or a renewal is there.
  var isRecordLeft: Bool { scene.files.contains { $0.hasPrefix("trials/") } }

  /// Runs a command on connections with the default timers.
  func run(
    _ command: RealKernel.RenewalCrashTests.Command, fault: (TracedCall) -> Fault?
  ) throws -> TracedRun {
    scene.clear()
    let values = try timeouts
    if values != command.before { try scene.set(command.before) }
    try daemons.fill()
    return try scene.program.run([Guest.program] + command.words, fault: fault)
  }

  /// Expects that no backup daemon runs, and that no file is left but the lock.
  func expectNothingLeft(_ comment: Comment) throws {
    #expect(try !daemons.isBackupRunning(), comment)
    #expect(!scene.isSomethingLeft, "\(scene.files) \(comment)")
  }

  /// Expects that the program says what was left, and that `rollback` restores it.
  func expectRollback(_ command: RealKernel.RenewalCrashTests.Command, _ comment: Comment) throws {
    let (isDaemonLeft, isRecordLeft) = (try daemons.isBackupRunning(), isRecordLeft)
    // Without a record, nobody could stop the daemon.
    if isDaemonLeft { #expect(isRecordLeft, comment) }
    let timers = try daemons.entries().map { $0.secondsLeft > 60 }
    let files = scene.files.map { $0.filter { !$0.isNumber } }
    guard scene.isNew(state: "\(try timeouts) \(isDaemonLeft) \(files) \(timers)") else { return }
    let next = try scene.run("show")
    #expect(next.status == 0, "\(comment): \(next)")
    #expect(next.stderr.isEmpty == !isRecordLeft, "\(comment): \(next)")
    if isRecordLeft {
      #expect(
        next.stderr.contains("run `ipvs-timeout rollback` to ") && next.stderr.hasPrefix("ipvs-timeout: an earlier"),
        "\(comment): \(next)")
    }
    let values = try timeouts
    let rollback = try scene.run("rollback")
    #expect(rollback.status == 0, "\(comment): \(rollback)")
    #expect(
      rollback.stderr.contains("stopped the backup daemon that a killed renewal had left") == isDaemonLeft,
      "\(comment): \(rollback)")
    try expectNothingLeft(comment)
    let wanted = command == .with && isRecordLeft ? "900 120 300" : values
    #expect(try timeouts == wanted, comment)
    #expect(wanted == command.before || wanted == command.after, comment)
    #expect(try scene.run("show").stderr.isEmpty, comment)
    #expect(try daemons.entries().count == 4, comment)
  }
}
