// SPDX-License-Identifier: Apache-2.0

internal import IPVS
internal import Text

/// What the timeouts are, and whether anybody has set them.
struct TimeoutsCheck: DirectorCheck {
  let check = CheckID.timeouts

  func findings(on facts: DirectorFacts) -> [Finding] {
    let timeouts = facts.timeouts
    let missing = Timeouts.Name.allCases.filter { timeouts[$0] == nil }.map(\.rawValue)
    guard missing.isEmpty else {
      let words = [timeouts.words, "no \(missing.enumeration) timeout in this kernel"].filter { !$0.isEmpty }
      return [
        .note(
          check, words.joined(separator: ", "),
          so: "it was built without that protocol, and balances none of its connections")
      ]
    }
    guard timeouts == .kernelDefault else { return [.ok(check, timeouts.words)] }
    return [.ok(check, "\(timeouts.words), which is the kernel's default")]
  }
}

extension Timeouts {
  /// The three of them, for people.
  var words: String { phrase }

  /// Whether each of them may be asked for; a kernel may hold longer ones.
  var canBeAskedFor: Bool { Name.allCases.allSatisfy { (self[$0]?.seconds ?? 0) <= Timeout.longest.seconds } }
}
