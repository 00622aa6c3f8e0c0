// SPDX-License-Identifier: Apache-2.0

internal import Changes
internal import Directors
internal import IPVS
internal import Text

extension UndoneTrial {
  /// Says on standard error what earlier trials have left set, and how to put it back.
  static func reportAll() {
    guard mayBe() else { return }
    for trial in all() { StandardStreams.report("ipvs-timeout: \(trial.sentence)") }
  }

  /// What it has left set.
  var sentence: String {
    guard let record else {
      return "\(path) was left by an earlier `ipvs-timeout try` or `with` and cannot be read; look at the timeouts with"
        + " `ipvs-timeout show --all-netns`, correct them, and run `ipvs-timeout put-back --keep`"
    }
    let most = 3
    var places = record.stakes.prefix(most).map { "\($0.name.printable) \($0.change)" }
    if record.stakes.count > most { places.append("\(record.stakes.count - most) more network namespaces") }
    return "an earlier `ipvs-timeout \(record.command.printable)` has not put back what it had set in"
      + " \(places.joined(separator: ", ")); run `ipvs-timeout put-back`, or `ipvs-timeout put-back --keep` to leave the"
      + " timeouts as they are"
  }
}

extension TrialRecord.Stake {
  /// What was set, and what was before.
  fileprivate var change: String {
    "(\(Timeouts.Name.allCases.compactMap(change).joined(separator: ", ")))"
  }

  private func change(_ name: Timeouts.Name) -> String? {
    guard let value = set[name], let old = before[name] else { return nil }
    return "\(name.rawValue) \(value.seconds) s, before \(old.seconds) s"
  }
}
