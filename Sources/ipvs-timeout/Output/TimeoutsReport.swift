// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS
internal import Ipvsadm
internal import Text

/// What there is to say about one director.
struct TimeoutsReport {
  /// What was done, with its result.
  enum Content {
    /// The timeouts as they are.
    case timeouts(Timeouts)
    /// The timeouts were set, or would be.
    case change(TimeoutsChange)
    /// The timeouts were compared with what is wanted.
    case comparison(wanted: Timeouts, actual: Timeouts)
    /// The timeouts were set for a while.
    case trial(TrialResult)
  }

  /// Where; `nil` where nobody has named a network namespace, so that it is the one in which the program was started.
  var target: NamespaceTarget?
  let backend: BackendChoice
  let content: Content

  /// The network namespace as programs get it.
  var namespace: String { target?.name ?? "host" }
}

extension TimeoutsReport {
  /// Whether it is about setting.
  var isOfChange: Bool {
    switch content {
    case .change, .trial: true
    case .timeouts, .comparison: false
    }
  }

  /// Whether something became, or would become, different.
  var isChanged: Bool {
    switch content {
    case .change(let change): change.isChanged
    case .trial(let end): end.before != end.after
    case .timeouts, .comparison: false
    }
  }

  /// How the program ends after this.
  var status: ExitStatus {
    switch content {
    case .timeouts, .trial: .success
    case .comparison(let wanted, let actual): actual.isAsWanted(wanted) ? .success : .notAsWanted
    case .change(let change): change.mismatch == nil ? .success : .refused
    }
  }

  /// The failure that the timeouts read back are not those that were set; `nil` where they are.
  var failure: Failure? {
    guard case .change(let change) = content, let mismatch = change.mismatch else { return nil }
    return Failure(mismatch.sentence(in: target?.namespace ?? .current), .refused)
  }
}

extension TimeoutsReport {
  /// The timeouts that are in force.
  var timeouts: Timeouts {
    switch content {
    case .timeouts(let timeouts): timeouts
    case .change(let change): change.isDryRun ? change.before : change.after
    case .comparison(_, let actual): actual
    case .trial(let result): result.after
    }
  }

  /// Appends the lines for people, each with the name of the network namespace where one was named.
  func appendText(to text: inout TextBuffer) {
    appendTarget(to: &text)
    switch content {
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
    case .comparison(let wanted, let actual):
      let drift = actual.drift(from: wanted)
      for (number, difference) in drift.enumerated() {
        if number > 0 { appendTarget(to: &text) }
        text.append(difference.sentence + "\n")
      }
      guard drift.isEmpty else { return }
      actual.appendLine(to: &text, absent: "-")
      text.append(" (as wanted)\n")
    }
  }

  private func appendTarget(to text: inout TextBuffer) {
    guard let target else { return }
    text.append(target.name.printable)
    text.append(": ")
  }
}

extension TimeoutsReport {
  /// Appends the line that `ipvsadm -R` reads and `ipvsadm -S` never writes; in it, 0 keeps a timeout.
  func appendRules(to text: inout TextBuffer) {
    text.append(IpvsadmCommand.set(timeouts).arguments.joined(separator: " ") + "\n")
  }
}

extension TimeoutsReport {
  /// One object on one line; `docs/reference/json.md` lists its keys.
  var json: String {
    var object = JSONObject()
    object.add("netns", .string(namespace))
    object.add("backend", .string(backend.rawValue))
    switch content {
    case .timeouts(let timeouts):
      object.add("timeouts", timeouts.json)
    case .change(let change):
      object.add("before", change.before.json)
      object.add("after", change.after.json)
      object.add("changed", .boolean(change.isChanged))
      object.add("dry_run", .boolean(change.isDryRun))
    case .trial(let end):
      object.add("before", end.before.json)
      object.add("meanwhile", end.tried.json)
      object.add("after", end.after.json)
      object.add("kept", .boolean(end.isKept))
      object.add("left", .array(end.left.names.map { .string($0.rawValue) }))
    case .comparison(let wanted, let actual):
      let drift = actual.drift(from: wanted)
      object.add("as_wanted", .boolean(actual.isAsWanted(wanted)))
      object.add("wanted", wanted.json)
      object.add("timeouts", actual.json)
      object.add("drift", .array(drift.map { .string($0.name.rawValue) }))
    }
    return JSONValue.object(object).text + "\n"
  }
}

extension Timeouts {
  /// An object of the three.
  var json: JSONValue {
    var object = JSONObject()
    for name in Name.allCases {
      object.add(name.rawValue, self[name].map { .number($0.seconds) } ?? .null)
    }
    return .object(object)
  }
}
