// SPDX-License-Identifier: Apache-2.0

internal import IPVS
internal import Linux

/// The state that a trial or a renewal must restore.
///
/// The record is enough for another process to do it, if this one is killed.
package struct TrialRecord: Sendable, Hashable {
  /// The command: `try` or `with`, or one that renews connections.
  package let command: String
  /// The backend.
  package let backend: BackendChoice
  /// The path of ipvsadm, if one was named.
  package let ipvsadm: String?
  /// The timeouts to restore, and the namespaces.
  package let snapshots: [TrialSnapshot]

  /// Creates a record from its parts.
  package init(command: String, backend: BackendChoice, ipvsadm: String?, snapshots: [TrialSnapshot]) {
    self.command = command
    self.backend = backend
    self.ipvsadm = ipvsadm
    self.snapshots = snapshots
  }
}

extension TrialRecord {
  /// The largest size of a record in bytes: more than its namespaces need.
  package static let maximumSize = 1_048_576

  /// The largest number of network namespaces in a record.
  ///
  /// A command line names at most as many, and the machines with the most containers have about a thousand.
  package static let maximumCount = 4096

  /// The first field, so that another version does not misread the record.
  private static let format = "ipvs-timeout trial 2"

  /// The record as bytes: fields that end in NUL, which no file name contains.
  var bytes: [UInt8] {
    let head = [TrialRecord.format, command, backend.rawValue, ipvsadm ?? "", "\(snapshots.count)"]
    return (head + snapshots.flatMap(\.fields)).flatMap { Array($0.utf8) + [0] }
  }

  /// Reads a record; `nil` if the bytes are not one.
  init?(_ bytes: [UInt8]) {
    guard bytes.last == 0 else { return nil }
    let headCount = 5
    // If there are more fields, they do not count as whole snapshots.
    let most = headCount + TrialSnapshot.fieldCount * TrialRecord.maximumCount
    let slices = bytes.dropLast().split(separator: 0, maxSplits: most, omittingEmptySubsequences: false)
    // The count could be any number, so nothing is calculated with it.
    let (count, rest) = (slices.count - headCount).quotientAndRemainder(dividingBy: TrialSnapshot.fieldCount)
    guard slices.count >= headCount, rest == 0, count <= TrialRecord.maximumCount else { return nil }
    let head = slices.prefix(headCount).map { String(decoding: $0, as: UTF8.self) }
    guard head[0] == TrialRecord.format, let backend = BackendChoice(rawValue: head[2]),
      head[3].isEmpty || head[3].hasPrefix("/"), Int(head[4]) == count
    else { return nil }
    let fields = slices.map { String(decoding: $0, as: UTF8.self) }
    var snapshots: [TrialSnapshot] = []
    for start in stride(from: headCount, to: fields.count, by: TrialSnapshot.fieldCount) {
      guard let snapshot = TrialSnapshot(fields[start..<start + TrialSnapshot.fieldCount]) else { return nil }
      snapshots.append(snapshot)
    }
    self.init(
      command: head[1], backend: backend, ipvsadm: head[3].isEmpty ? nil : head[3], snapshots: snapshots)
  }
}

extension TrialSnapshot {
  fileprivate static let fieldCount = 5

  fileprivate var fields: [String] {
    [name, fingerprint?.text ?? "", before.text, set.text, daemon.map { "\($0.syncID)" } ?? ""]
  }

  fileprivate init?(_ fields: ArraySlice<String>) {
    let fields = Array(fields)
    let fingerprint = NamespaceFingerprint(text: fields[1])
    guard fields[1].isEmpty || fingerprint != nil, let before = Timeouts(text: fields[2]),
      let set = Timeouts(text: fields[3])
    else { return nil }
    let daemon = UInt8(fields[4]).map(RenewalDaemon.init(syncID:))
    guard fields[4].isEmpty || daemon != nil else { return nil }
    self.init(name: fields[0], fingerprint: fingerprint, before: before, set: set, daemon: daemon)
  }
}

extension Timeouts {
  fileprivate var text: String {
    Name.allCases.map { self[$0].map { "\($0.seconds)" } ?? "-" }.joined(separator: " ")
  }

  fileprivate init?(text: String) {
    let words = text.split(separator: " ")
    guard words.count == Name.allCases.count else { return nil }
    self.init()
    for (name, word) in zip(Name.allCases, words) where word != "-" {
      guard let timeout = UInt32(word).flatMap(Timeout.init(held:)) else { return nil }
      self[name] = timeout
    }
  }
}
