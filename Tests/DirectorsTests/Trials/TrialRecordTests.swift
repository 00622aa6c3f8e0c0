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
    command: "try", backend: .auto, ipvsadm: "/opt/ipvs adm",
    snapshots: [
      .init(
        name: "host", fingerprint: NamespaceFingerprint(text: "4:4026531840 7"), before: .kernelDefault,
        set: Timeouts(tcp: 60, udp: 5)),
      .init(
        name: "/odd/name\nof \u{1B}one", fingerprint: nil, before: Timeouts(tcp: Timeout(held: 4_294_967_295)),
        set: Timeouts(tcpFin: 7), daemon: RenewalDaemon(syncID: 200)),
    ])

  @Test(arguments: [record, TrialRecord(command: "with", backend: .ipvsadm, ipvsadm: nil, snapshots: [])])
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
      "ipvs-timeout trial 2\0try\0auto\0\04611686018427387904\0host\0\0- - -\0- - -\0\0",
      "ipvs-timeout trial 2\0try\0auto\0\0-1\0", "ipvs-timeout trial 2\0try\0auto\0\00\0x\0",
      "ipvs-timeout trial 2\0try\0another\0\00\0", "ipvs-timeout trial 2\0try\0ipvsadm\0evil\00\0",
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
      let other = TrialRecord(command: "with", backend: .netlink, ipvsadm: nil, snapshots: [])
      // A record that is not removed is closed, as when its process ends.
      for record in [other, Self.record, other] {
        try TrialFile.leave(record, in: directory)
      }
      // The clock, which may be set back, and the order of names as texts do not matter.
      for _ in 0..<9 { try TrialFile.leave(other, in: directory) }
      for name in try FileReader.names(in: FilePath(directory.trials)) {
        let year = name.string.hasPrefix("2.") ? 2300 : name.string.hasPrefix("3.") ? 1600 : 2020
        try touch("\(directory.trials)/\(name)", year: year)
      }
      #expect(
        UnfinishedTrial.all(in: directory).map(\.record) == [other, Self.record] + Array(repeating: other, count: 10))
      for trial in UnfinishedTrial.all(in: directory).dropFirst(3) { trial.forget() }
      let trials = UnfinishedTrial.all(in: directory)
      #expect(trials.map(\.record) == [other, Self.record, other])
      trials[1].forget()
      #expect(UnfinishedTrial.all(in: directory).map(\.record) == [other, other])
      for trial in trials { trial.forget() }
      #expect(!UnfinishedTrial.mayBe(in: directory))
    }
  }

  @Test func `a file that is not a record is reported, and can be removed`() async throws {
    try await withTemporaryDirectory { path in
      let directory = ChangeDirectory(path.string)
      let trials = directory.trials
      try #require(mkdir(trials, 0o700) == 0)
      try await write("garbage", to: "\(trials)/1.0")
      try await write("good, but of another name", to: "\(trials)/copy")
      try await write("", to: "\(trials)/99999999999999999999.1")
      try #require(truncate("\(trials)/99999999999999999999.1", 3 << 30) == 0)
      try #require(symlink("1.0", "\(trials)/2.0") == 0)
      try #require(mkfifo("\(trials)/3.0", 0o600) == 0)
      try #require(mkdir("\(trials)/4.0", 0o700) == 0)
      try await write("", to: "\(trials)/5.0")
      try #require(chmod("\(trials)/5.0", 0o666) == 0)
      let found = UnfinishedTrial.all(in: directory)
      #expect(found.allSatisfy { $0.record == nil })
      let faults = Dictionary(uniqueKeysWithValues: found.map { ($0.path.split(separator: "/").last ?? "", $0.fault) })
      #expect(
        faults == [
          "1.0": .damaged, "copy": .damaged, "99999999999999999999.1": .damaged, "2.0": .untrusted(.link),
          "3.0": .untrusted(.notFile), "4.0": .untrusted(.notFile), "5.0": .untrusted(.writable),
        ])
      let finished = TrialRecords(in: directory).finish()
      #expect(finished.events.count == 7 && !finished.isBlocked)
      let number = try TrialFile.leave(Self.record, in: directory)
      #expect(number == 6)
      #expect(TrialRecords(in: directory).finish(isKeeping: true).events.isEmpty)
      #expect(try FileReader.names(in: path).isEmpty)
    }
  }

  @Test func `the drafts and nested locks of killed processes are removed, and those in use are not`() async throws {
    try await withTemporaryDirectory { path in
      let directory = ChangeDirectory(path.string)
      let names = ["lock", "lock.7", "lock.8", "lock.x", "trial.7", "trial.8", "trial.\(getpid())", "other", "trial"]
      for name in names { try await write("", to: "\(path)/\(name)") }
      try #require(symlink("other", "\(path)/trial.9") == 0 && mkdir("\(path)/trial.10", 0o700) == 0)
      let locks = try ["lock.8", "trial.8"].map { name in
        try FileDescriptor.open(path.appending(name), .readOnly)
      }
      for lock in locks { try #require(flock(lock.rawValue, LOCK_EX | LOCK_NB) == 0) }
      defer { for lock in locks { try? lock.close() } }
      let expected = ["lock", "lock.8", "lock.x", "other", "trial", "trial.10", "trial.8", "trial.9"]
      let file = try TrialFile.write(Self.record, in: directory)
      #expect(try FileReader.names(in: path).map(\.string).sorted() == (expected + ["trials"]).sorted())
      file.remove()
      try await write("", to: "\(path)/trial.7")
      directory.removeLeftovers()
      #expect(try FileReader.names(in: path).map(\.string).sorted() == expected)
    }
  }

  @Test func `an empty directory of records that a killed process left is removed, and one with a record is not`()
    async throws
  {
    try await withTemporaryDirectory { path in
      let directory = ChangeDirectory(path.string)
      try #require(mkdir(directory.trials, 0o700) == 0)
      directory.removeLeftovers()
      #expect(!UnfinishedTrial.mayBe(in: directory))
      let file = try TrialFile.write(Self.record, in: directory)
      directory.removeLeftovers()
      #expect(UnfinishedTrial.mayBe(in: directory))
      file.remove()
    }
  }

  @Test func `a full directory among the records is reported with the command that removes it`() async throws {
    try await withTemporaryDirectory { path in
      let directory = ChangeDirectory(path.string)
      try #require(mkdir(directory.trials, 0o700) == 0 && mkdir("\(directory.trials)/1.0", 0o700) == 0)
      try await write("", to: "\(directory.trials)/1.0/file")
      let events = TrialRecords(in: directory).finish(isKeeping: true).events
      #expect(events == [.notRemoved("\(directory.trials)/1.0", .directoryNotEmpty)])
    }
  }

  @Test func `a directory that others may write to is not used`() async throws {
    try await withTemporaryDirectory { path in
      let directory = ChangeDirectory(path.string)
      try TrialFile.leave(Self.record, in: directory)
      for (file, mode) in [(directory.trials, 0o770), (directory.path, 0o707)] as [(String, mode_t)] {
        try #require(chmod(file, mode) == 0)
        let records = TrialRecords(in: directory)
        #expect(records.unfinished.isEmpty)
        #expect(records.obstacle == .unusableRecords(file, .untrusted(.writable)))
        #expect(records.finish(isKeeping: true).events == [.unusableRecords(file, .untrusted(.writable))])
        #expect(throws: TrialFileError.untrusted(.writable)) { _ = try TrialFile.write(Self.record, in: directory) }
        try #require(chmod(file, 0o700) == 0)
      }
      #expect(TrialRecords(in: directory).unfinished.count == 1)
    }
  }

  @Test func `too many records are reported, and none is added`() async throws {
    try await withTemporaryDirectory { path in
      let directory = ChangeDirectory(path.string)
      try #require(mkdir(directory.trials, 0o700) == 0)
      for number in 1...1000 { try #require(mkfifo("\(directory.trials)/\(number).0", 0o600) == 0) }
      #expect(throws: TrialFileError.tooMany) { _ = try TrialFile.write(Self.record, in: directory) }
      #expect(TrialRecords(in: directory).unfinished.count == 1000)
      try #require(mkfifo("\(directory.trials)/1001.0", 0o600) == 0)
      let records = TrialRecords(in: directory)
      #expect(records.unfinished.isEmpty && records.obstacle == .unusableRecords(directory.trials, .tooMany))
    }
  }

  @Test func `a record that would be too long is not written`() async throws {
    try await withTemporaryDirectory { path in
      let long = TrialRecord(
        command: String(repeating: "x", count: TrialRecord.maximumSize), backend: .auto, ipvsadm: nil, snapshots: [])
      #expect(throws: TrialFileError.tooLong) { _ = try TrialFile.write(long, in: ChangeDirectory(path.string)) }
      let names = try FileReader.names(in: path)
      #expect(names.isEmpty)
    }
  }

  @Test func `an earlier trial waits for a later one of the same namespace that still runs`() async throws {
    try await withTemporaryDirectory { path in
      let directory = ChangeDirectory(path.string)
      func record(_ name: String, _ identity: String?) -> TrialRecord {
        TrialRecord(
          command: "with", backend: .netlink, ipvsadm: nil,
          snapshots: [
            TrialSnapshot(
              name: name, fingerprint: identity.flatMap { NamespaceFingerprint(text: $0) }, before: .kernelDefault,
              set: Timeouts())
          ])
      }
      // Their timeouts are not restored, because nothing was set. So they are finished, or they wait.
      try TrialFile.leave(record("a", "4:1 7"), in: directory)
      try TrialFile.leave(record("b", "4:2 8"), in: directory)
      try TrialFile.leave(record("c", nil), in: directory)
      let running = try TrialFile.write(record("c", "4:1 7"), in: directory)
      let own = record("d", "4:1 7").snapshots
      for isKeeping in [false, true] {
        let (events, isBlocked) = TrialRecords(in: directory).finish(of: own, isKeeping: isKeeping)
        #expect(events.count == 2 && isBlocked)
        for event in events {
          guard case .stillRunning(let holder, "with") = event else {
            Issue.record("\(event)")
            continue
          }
          #expect(holder?.process == getpid())
        }
        #expect(UnfinishedTrial.all(in: directory).compactMap { $0.record?.snapshots.first?.name } == ["a", "c"])
      }
      #expect(!TrialRecords(in: directory).finish(of: record("e", "4:9 9").snapshots).isBlocked)
      #expect(!TrialRecords(in: directory).finish(after: running.number, of: own).isBlocked)
      running.remove()
      let (events, isBlocked) = TrialRecords(in: directory).finish(of: own)
      #expect(events.isEmpty && !isBlocked)
      #expect(!UnfinishedTrial.mayBe(in: directory))
    }
  }

  @Test func `only the owner can access it, and it needs its directory`() async throws {
    try await withTemporaryDirectory { path in
      let directory = ChangeDirectory(path.string)
      try TrialFile.leave(Self.record, in: directory)
      var file = stat()
      #expect(stat(directory.trials, &file) == 0 && file.st_mode & 0o7777 == 0o700)
      #expect(stat(UnfinishedTrial.all(in: directory)[0].path, &file) == 0 && file.st_mode & 0o7777 == 0o600)
      #expect(throws: TrialFileError.system(.noSuchFileOrDirectory)) {
        _ = try TrialFile.write(Self.record, in: ChangeDirectory(path.appending("no").string))
      }
    }
  }

  /// Sets the time of a file.
  private func touch(_ path: String, year: Int) throws {
    var times = [timespec](repeating: timespec(tv_sec: (year - 1970) * 31_556_952, tv_nsec: 0), count: 2)
    try #require(utimensat(AT_FDCWD, path, &times, 0) == 0)
  }

  /// Another process writes it: see `FakeProgram`.
  private func write(_ text: String, to path: String) async throws {
    let record = try await Subprocess.run(
      .path("/bin/sh"), arguments: ["-c", #"printf %s "$0" > "$1""#, text, path], output: .discarded)
    try #require(record.terminationStatus == .exited(0))
  }
}
