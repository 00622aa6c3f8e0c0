// SPDX-License-Identifier: Apache-2.0

package import IPVS
package import Linux

/// What a trial has to put back: enough for another process to do it, should this one be killed.
package struct TrialRecord: Sendable, Hashable {
  /// The command that began it: `try` or `with`.
  package let command: String
  /// The way to the timeouts, as `--backend` names it.
  package let backend: String
  /// The program ipvsadm, where one was named.
  package let ipvsadm: String?
  /// What was set where.
  package let stakes: [Stake]

  /// A record with its parts.
  package init(command: String, backend: String, ipvsadm: String?, stakes: [Stake]) {
    self.command = command
    self.backend = backend
    self.ipvsadm = ipvsadm
    self.stakes = stakes
  }

  /// What was set in one network namespace.
  package struct Stake: Sendable, Hashable {
    /// What the namespace is called.
    package let name: String
    /// Which one it is; `nil` where that could not be seen.
    package let mark: NamespaceFingerprint?
    /// What was before.
    package let before: Timeouts
    /// What was set; a timeout that is not named was not touched.
    package let set: Timeouts

    /// A stake with its parts.
    package init(name: String, mark: NamespaceFingerprint?, before: Timeouts, set: Timeouts) {
      self.name = name
      self.mark = mark
      self.before = before
      self.set = set
    }
  }
}

extension TrialRecord {
  /// How many bytes a record may have: far more than one of a thousand namespaces.
  static let maximumSize = 1_048_576

  /// The first field, so that no other version misreads it.
  private static let format = "ipvs-timeout trial 1"

  /// The record as bytes: fields that end in NUL, which no name of a file has in it.
  var bytes: [UInt8] {
    let head = [TrialRecord.format, command, backend, ipvsadm ?? "", "\(stakes.count)"]
    return (head + stakes.flatMap(\.fields)).flatMap { Array($0.utf8) + [0] }
  }

  /// Reads a record; `nil` where it is none.
  init?(_ bytes: [UInt8]) {
    guard bytes.last == 0 else { return nil }
    let fields = bytes.dropLast().split(separator: 0, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    let headCount = 5
    guard fields.count >= headCount, fields[0] == TrialRecord.format, let count = Int(fields[4]),
      fields.count - headCount == count * Stake.fieldCount
    else { return nil }
    var stakes: [Stake] = []
    for start in stride(from: headCount, to: fields.count, by: Stake.fieldCount) {
      guard let stake = Stake(fields[start..<start + Stake.fieldCount]) else { return nil }
      stakes.append(stake)
    }
    self.init(command: fields[1], backend: fields[2], ipvsadm: fields[3].isEmpty ? nil : fields[3], stakes: stakes)
  }
}

extension TrialRecord.Stake {
  fileprivate static let fieldCount = 4

  fileprivate var fields: [String] { [name, mark?.text ?? "", before.text, set.text] }

  fileprivate init?(_ fields: ArraySlice<String>) {
    let fields = Array(fields)
    let mark = NamespaceFingerprint(text: fields[1])
    guard fields[1].isEmpty || mark != nil, let before = Timeouts(text: fields[2]),
      let set = Timeouts(text: fields[3])
    else { return nil }
    self.init(name: fields[0], mark: mark, before: before, set: set)
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
