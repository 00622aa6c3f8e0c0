// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import Doctor
internal import IPVS
internal import Ipvsadm
internal import Text

/// What there is to say about one director.
struct Report {
  /// What was done, with its result.
  enum Finding {
    /// The timeouts as they are.
    case timeouts(Timeouts)
    /// The timeouts were set, or would be.
    case change(TimeoutsChange)
    /// The timeouts were compared with what is wanted.
    case verdict(wanted: Timeouts, actual: Timeouts)
    /// The timeouts were set for a while.
    case trial(TrialResult)
  }

  /// Where; `nil` where nobody has named a network namespace, so that it is the one in which the program was started.
  var place: NamespaceTarget?
  let backend: BackendChoice
  let finding: Finding

  /// The network namespace as programs get it.
  var namespace: String { place?.name ?? "host" }
}

extension Report {
  /// Whether it is about setting.
  var isOfChange: Bool {
    switch finding {
    case .change, .trial: true
    case .timeouts, .verdict: false
    }
  }

  /// Whether something became, or would become, different.
  var isChanged: Bool {
    switch finding {
    case .change(let change): change.isChanged
    case .trial(let end): end.before != end.after
    case .timeouts, .verdict: false
    }
  }

  /// How the program ends after this.
  ///
  /// - Throws: ``Failure``, when what was set is not what was read back.
  func status() throws(Failure) -> ExitStatus {
    switch finding {
    case .timeouts, .trial: return .success
    case .verdict(let wanted, let actual): return actual.isAsWanted(wanted) ? .success : .notAsWanted
    case .change(let change):
      guard !change.isDryRun, !change.isAsWanted else { return .success }
      throw Failure(
        "the timeouts in \(place?.namespace.place ?? "this network namespace") are not what was just set: "
          + change.drift.map(\.sentence).joined(separator: ", ")
          + "; another program may have written them (keepalived, kube-proxy, kube-router: set them there, too),"
          + " or the kernel lacks the protocol",
        .refused)
    }
  }
}

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

extension Report {
  /// Appends the line that `ipvsadm -R` takes and `ipvsadm -S` never writes; in it, 0 keeps a timeout.
  func appendRules(to text: inout TextBuffer) {
    guard case .timeouts(let timeouts) = finding else { return }
    text.append(IpvsadmCommand.set(timeouts).arguments.joined(separator: " ") + "\n")
  }
}

extension Report {
  /// One object on one line; `docs/json.md` lists its keys.
  var json: String {
    var object = JSONObject()
    object.add("netns", .string(namespace))
    object.add("backend", .string(backend.rawValue))
    switch finding {
    case .timeouts(let timeouts):
      object.add("timeouts", timeouts.json)
    case .change(let change):
      object.add("before", change.before.json)
      object.add("after", change.after.json)
      object.add("changed", .boolean(change.isChanged))
      object.add("dry_run", .boolean(change.isDryRun))
    case .trial(let end):
      object.add("before", end.before.json)
      object.add("meanwhile", end.meanwhile.json)
      object.add("after", end.after.json)
      object.add("kept", .boolean(end.isKept))
      object.add("left", .array(end.left.names.map { .string($0.rawValue) }))
    case .verdict(let wanted, let actual):
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
