// SPDX-License-Identifier: Apache-2.0

import Glibc
import IPVS
import Linux
import SystemPackage
import TestSupport
import Testing

@testable import Directors

/// How much the records of trials may hold, each and all together.
@Suite struct TrialRecordLimitTests {
  private static func record(_ count: Int, from first: Int = 0, cookie: Bool = true) -> TrialRecord {
    TrialRecord(
      command: "with", backend: .netlink, ipvsadm: nil,
      snapshots: (first..<first + count).map { number in
        let fingerprint = NamespaceFingerprint(text: "4:\(number)\(cookie ? " \(number)" : "")")
        return TrialSnapshot(name: "n\(number)", fingerprint: fingerprint, before: Timeouts(), set: Timeouts())
      })
  }

  @Test func `a record has at most 4096 network namespaces`() async throws {
    let (most, more) = (Self.record(4096), Self.record(4097))
    #expect(TrialRecord(most.bytes) == most && TrialRecord(more.bytes) == nil)
    #expect(TrialRecord(Array("ipvs-timeout trial 2".utf8) + Array(repeating: 0, count: 1_000_000)) == nil)
    try await withTemporaryDirectory { path in
      let directory = ChangeDirectory(path.string)
      #expect(throws: TrialFileError.tooManyNamespaces) { _ = try TrialFile.write(more, in: directory) }
      #expect(!UnfinishedTrial.mayBe(in: directory))
    }
  }

  @Test func `all records have at most 8 MiB, and no record is written beyond that`() async throws {
    try await withTemporaryDirectory { path in
      let directory = ChangeDirectory(path.string)
      try TrialFile.leave(Self.record(1), in: directory)
      let size = Self.record(1).bytes.count
      for number in 0..<8 {
        let name = "\(directory.trials)/x\(number)"
        let file = try FileDescriptor.open(
          FilePath(name), .writeOnly, options: [.create, .exclusiveCreate], permissions: [.ownerReadWrite])
        try file.close()
        // A larger one does not count more: the rest of it is not read.
        try #require(truncate(name, number == 0 ? 1 << 30 : number == 7 ? (1 << 20) - size : 1 << 20) == 0)
      }
      let records = TrialRecords(in: directory)
      #expect(records.obstacle == nil && records.unfinished.count == 9)
      #expect(throws: TrialFileError.tooLarge) { _ = try TrialFile.write(Self.record(0), in: directory) }
      try #require(truncate("\(directory.trials)/x7", 1 << 20) == 0)
      #expect(TrialRecords(in: directory).obstacle == .unusableRecords(directory.trials, .tooLarge))
      #expect(TrialRecords(in: directory).unfinished.isEmpty)
    }
  }

  @Test func `the first later trial of the same namespace is found`() {
    func trial(_ number: UInt64) -> RunningTrial { RunningTrial(path: "", number: number, record: nil) }
    func snapshots(_ name: String, _ identity: String?) -> [TrialSnapshot] {
      let fingerprint = identity.flatMap { NamespaceFingerprint(text: $0) }
      return [TrialSnapshot(name: name, fingerprint: fingerprint, before: Timeouts(), set: Timeouts())]
    }
    var later = LaterTrials()
    #expect(later.first(concerning: snapshots("a", "4:1 7")) == nil)
    later.append(snapshots("a", "4:1 7"), running: trial(1))
    later.append(snapshots("b", "4:1"), running: trial(2))
    later.append(snapshots("c", nil), running: trial(3))
    let table: [(String, String?, UInt64?)] = [
      ("x", "4:1 7", 1), ("x", "4:1 8", 2), ("x", "4:1", 1), ("x", "4:2 7", nil), ("a", "4:2 7", nil), ("a", nil, 1),
      ("b", nil, 2), ("c", "4:9 9", 3), ("c", "4:1 8", 2), ("c", nil, 3), ("x", nil, nil),
    ]
    for (name, identity, number) in table {
      #expect(later.first(concerning: snapshots(name, identity))??.number == number, "\(name) \(identity ?? "-")")
    }
    #expect(later.first(concerning: snapshots("x", nil) + snapshots("c", nil) + snapshots("a", nil))??.number == 1)
    later.append(nil, running: trial(4))
    #expect(later.first(concerning: snapshots("x", nil))??.number == 4)
    #expect(later.first(concerning: []) == nil)
  }
}
