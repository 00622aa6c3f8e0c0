// SPDX-License-Identifier: Apache-2.0

import Glibc
import IPVS
import SystemPackage
import TestSupport
import Testing

@testable import Directors

/// What killed trials and renewals have left behind: the notice about it, and its end.
@Suite struct UnfinishedTrialTests {
  /// A snapshot of a trial, of a renewal, or of a trial that renews.
  private static func snapshot(_ name: String, set: Timeouts = Timeouts(), isRenewing: Bool = true) -> TrialSnapshot {
    TrialSnapshot(
      name: name, fingerprint: nil, before: set == Timeouts() ? Timeouts() : .kernelDefault, set: set,
      daemon: isRenewing ? RenewalDaemon(syncID: 200) : nil)
  }

  private static let restoring =
    "; run `ipvs-timeout rollback` to restore them, or `ipvs-timeout rollback --keep` to keep the current ones"

  static let notices: [(String, [TrialSnapshot], String)] = [
    (
      "renew", [snapshot("blue")],
      "an earlier `ipvs-timeout renew` was killed and may have left a backup sync daemon in blue; run `ipvs-timeout"
        + " rollback` to stop it"
    ),
    (
      "set\n", (1...5).map { snapshot("net\($0)") },
      #"an earlier `ipvs-timeout set\n` was killed and may have left a backup sync daemon in net1, net2, net3, 2 more"#
        + " network namespaces; run `ipvs-timeout rollback` to stop it"
    ),
    (
      "try", [snapshot("blue", set: Timeouts(udp: 5), isRenewing: false)],
      "an earlier `ipvs-timeout try` did not restore the timeouts in blue (udp 5 s, before 300 s)" + restoring
    ),
    // A trial that renews connections: the timeouts are what matters, and a rollback also stops the daemon.
    (
      "with", [snapshot("blue", set: Timeouts(tcp: 60)), snapshot("red")],
      "an earlier `ipvs-timeout with` did not restore the timeouts in blue (tcp 60 s, before 900 s)" + restoring
    ),
  ]

  @Test(arguments: notices)
  func `is announced with the command that finishes it`(
    command: String, snapshots: [TrialSnapshot], notice: String
  ) async throws {
    try await withUnfinished(command, snapshots) { trial, _ in
      #expect(trial.notice == notice)
    }
  }

  /// No such network namespace exists, so its daemon and its timeouts have ended with it.
  @Test(arguments: [true, false])
  func `a renewal in a namespace that has ended is forgotten`(isKeeping: Bool) async throws {
    try await withUnfinished("renew", [Self.snapshot("/no/such/namespace")]) { trial, directory in
      #expect(trial.finish(isKeeping: isKeeping) == ([], true))
      #expect(!UnfinishedTrial.mayBe(in: directory))
    }
  }

  @Test func `a trial is forgotten without a restoration if the timeouts are kept`() async throws {
    let snapshot = Self.snapshot("/no/such/namespace", set: Timeouts(udp: 5))
    try await withUnfinished("try", [snapshot]) { trial, directory in
      #expect(trial.finish(isKeeping: true) == ([], true))
      #expect(!UnfinishedTrial.mayBe(in: directory))
    }
  }

  @Test func `an unreadable record stays until the timeouts are kept`() async throws {
    try await withTemporaryDirectory { path in
      let directory = ChangeDirectory(path.string)
      try #require(mkdir(directory.trials, 0o700) == 0)
      let file = "\(directory.trials)/1.0"
      let descriptor = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
      try #require(descriptor >= 0 && write(descriptor, "garbage", 7) == 7 && close(descriptor) == 0)
      let trial = try #require(UnfinishedTrial.all(in: directory).first)
      #expect(trial.notice == TrialEvent.unreadable(file).sentence)
      #expect(trial.finish(isKeeping: false) == ([.unreadable(file)], false))
      #expect(UnfinishedTrial.all(in: directory).count == 1)
      #expect(trial.finish(isKeeping: true) == ([], true))
      #expect(!UnfinishedTrial.mayBe(in: directory))
    }
  }

  private func withUnfinished(
    _ command: String, _ snapshots: [TrialSnapshot], _ body: (UnfinishedTrial, ChangeDirectory) throws -> Void
  ) async throws {
    let record = TrialRecord(command: command, backend: .netlink, ipvsadm: nil, snapshots: snapshots)
    try await withTemporaryDirectory { path in
      let directory = ChangeDirectory(path.string)
      // It is not removed, but closed, as when its process ends.
      try TrialFile.leave(record, in: directory)
      let trials = UnfinishedTrial.all(in: directory)
      #expect(trials.map(\.record) == [record])
      try body(try #require(trials.first), directory)
    }
  }
}
