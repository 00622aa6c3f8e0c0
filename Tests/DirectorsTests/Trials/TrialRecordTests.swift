// SPDX-License-Identifier: Apache-2.0

import Glibc
import IPVS
import Linux
import Subprocess
import SystemPackage
import TestSupport
import Testing

@testable import Directors

/// The record of a trial, which is found after it was killed.
@Suite struct TrialRecordTests {
  private static let record = TrialRecord(
    command: "try", backend: "auto", ipvsadm: "/opt/ipvs adm",
    snapshots: [
      .init(
        name: "host", fingerprint: NamespaceFingerprint(text: "4:4026531840 7"), before: .kernelDefault,
        set: Timeouts(tcp: 60, udp: 5)),
      .init(
        name: "/odd/name\nof \u{1B}one", fingerprint: nil, before: Timeouts(tcp: Timeout(held: 4_294_967_295)),
        set: Timeouts(tcpFin: 7), daemon: RenewalDaemon(syncID: 200)),
    ])

  @Test(arguments: [record, TrialRecord(command: "with", backend: "ipvsadm", ipvsadm: nil, snapshots: [])])
  func `a written record can be read`(record: TrialRecord) {
    #expect(TrialRecord(record.bytes) == record)
  }

  @Test func `a record that is cut off or of another form is refused`() {
    let bytes = Self.record.bytes
    for count in 0..<bytes.count { #expect(TrialRecord(Array(bytes[..<count])) == nil) }
    for text in [
      "ipvs-timeout trial 1\0try\0auto\0\00\0", "\0\0\0\0",
      "ipvs-timeout trial 2\0try\0auto\0\01\0host\01:2\0x\0- - -\0\0",
      "ipvs-timeout trial 2\0try\0auto\0\01\0host\0\0- - -\0- - -\0256\0",
    ] {
      #expect(TrialRecord(Array(text.utf8)) == nil)
    }
  }

  @Test func `neither a running nor an ended trial is unfinished`() async throws {
    try await withTemporaryDirectory { path in
      let directory = ChangeDirectory(path.string)
      #expect(!UnfinishedTrial.mayBe(in: directory))
      let file = try TrialFile.write(Self.record, in: directory)
      #expect(UnfinishedTrial.mayBe(in: directory))
      #expect(UnfinishedTrial.all(in: directory).isEmpty)
      file.remove()
      #expect(!UnfinishedTrial.mayBe(in: directory))
      #expect(UnfinishedTrial.all(in: directory).isEmpty)
      #expect(try FileReader.names(in: path).isEmpty)
    }
  }

  @Test func `trials without their process are unfinished, the oldest first`() async throws {
    try await withTemporaryDirectory { path in
      let directory = ChangeDirectory(path.string)
      let other = TrialRecord(command: "with", backend: "netlink", ipvsadm: nil, snapshots: [])
      // A record that is not removed is closed, as when its process ends.
      for record in [other, Self.record, other] {
        _ = try TrialFile.write(record, in: directory)
        usleep(20_000)
      }
      let trials = UnfinishedTrial.all(in: directory)
      #expect(trials.map(\.record) == [other, Self.record, other])
      trials[1].forget()
      #expect(UnfinishedTrial.all(in: directory).map(\.record) == [other, other])
      for trial in trials { trial.forget() }
      #expect(!UnfinishedTrial.mayBe(in: directory))
    }
  }

  @Test func `an unreadable record is reported, and a link is ignored`() async throws {
    try await withTemporaryDirectory { path in
      let directory = ChangeDirectory(path.string)
      try #require(mkdir(directory.trials, 0o700) == 0)
      try await write("garbage", to: "\(directory.trials)/1.0")
      try #require(symlink("1.0", "\(directory.trials)/2.0") == 0)
      let trials = UnfinishedTrial.all(in: directory)
      #expect(trials.map(\.path) == ["\(directory.trials)/1.0"])
      #expect(trials.map(\.record) == [nil])
    }
  }

  @Test func `only the owner can access it, and it needs its directory`() async throws {
    try await withTemporaryDirectory { path in
      let directory = ChangeDirectory(path.string)
      _ = try TrialFile.write(Self.record, in: directory)
      var file = stat()
      #expect(stat(directory.trials, &file) == 0 && file.st_mode & 0o7777 == 0o700)
      #expect(stat(UnfinishedTrial.all(in: directory)[0].path, &file) == 0 && file.st_mode & 0o7777 == 0o600)
      #expect(throws: Errno.noSuchFileOrDirectory) {
        _ = try TrialFile.write(Self.record, in: ChangeDirectory(path.appending("no").string))
      }
    }
  }

  /// Another process writes it: see `FakeProgram`.
  private func write(_ text: String, to path: String) async throws {
    let record = try await Subprocess.run(
      .path("/bin/sh"), arguments: ["-c", #"printf %s "$0" > "$1""#, text, path], output: .discarded)
    try #require(record.terminationStatus == .exited(0))
  }
}
