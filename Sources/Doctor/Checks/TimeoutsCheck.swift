// SPDX-License-Identifier: Apache-2.0

internal import IPVS
internal import Text

/// The values of the timeouts, and whether somebody has set them.
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
          so: "the kernel was built without that protocol, and balances none of its connections")
      ]
    }
    guard timeouts.isSet else { return [.ok(check, "\(timeouts.words): the kernel's defaults")] }
    return [.ok(check, timeouts.words)]
  }
}

extension Timeouts {
  /// The three of them, for people.
  var words: String { phrase }

  /// Whether somebody has set one of them.
  var isSet: Bool { merging(.kernelDefault) != .kernelDefault }

  /// Whether `set` accepts each of them; a kernel may hold longer ones.
  var canBeAskedFor: Bool { Name.allCases.allSatisfy { (self[$0]?.seconds ?? 0) <= Timeout.longest.seconds } }
}
