// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS
internal import Ipvsadm
internal import Text

extension Report {
  /// Appends the lines for people, each with the name of the network namespace where one was named.
  func appendText(to text: inout TextBuffer) {
    appendPlace(to: &text)
    switch finding {
    case .timeouts(let timeouts):
      timeouts.appendLine(to: &text, absent: "-")
      text.append("\n")
    case .change(let change):
      let now = change.isDryRun ? change.before : change.after
      let other = change.isDryRun ? change.after : change.before
      now.appendLine(to: &text, absent: "-")
      guard change.isChanged else {
        text.append(change.isDryRun ? " (would stay so)\n" : " (unchanged)\n")
        return
      }
      text.append(change.isDryRun ? " (would become" : " (was")
      other.appendValues(to: &text, absent: "-")
      text.append(")\n")
    case .trial(let end):
      end.after.appendLine(to: &text, absent: "-")
      text.append(" (\(end.outcome)")
      if let replaced = end.replaced {
        text.append("; was")
        replaced.appendValues(to: &text, absent: "-")
      }
      text.append(")\n")
    case .verdict(let wanted, let actual):
      let drift = actual.drift(from: wanted)
      for (number, difference) in drift.enumerated() {
        if number > 0 { appendPlace(to: &text) }
        text.append(difference.sentence + "\n")
      }
      guard drift.isEmpty else { return }
      actual.appendLine(to: &text, absent: "-")
      text.append(" (as wanted)\n")
    }
  }

  private func appendPlace(to text: inout TextBuffer) {
    guard let place else { return }
    text.append(place.name.printable)
    text.append(": ")
  }
}
