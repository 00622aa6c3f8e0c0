// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS
internal import Ipvsadm
internal import Text

/// A report on one director.
struct TimeoutsReport {
  /// What the command did, and the result.
  enum Content {
    /// The timeouts were read.
    case timeouts(Timeouts)
    /// The timeouts were set, or would be set.
    case change(TimeoutsChange)
    /// The timeouts were compared with the wanted ones.
    case comparison(wanted: Timeouts, actual: Timeouts)
    /// A trial of the timeouts has ended.
    case trial(TrialResult)
    /// Connections were renewed, or would be renewed.
    indirect case renewal(RenewalReport, isDryRun: Bool)
    /// The command failed here.
    ///
    /// It is indirect, so that reports stay small for the most used commands.
    indirect case failure(NamespaceFailure)
  }

  /// The network namespace; `nil` for the caller's own, if the command line names none.
  var target: NamespaceTarget?
  /// The backend that answered; `nil` if none did.
  let backend: BackendChoice?
  let content: Content

  /// The name of the network namespace for programs.
  var namespace: String { target?.name ?? "host" }
}

extension TimeoutsReport {
  /// A report of a failure.
  ///
  /// Here and not in the type, which keeps its memberwise initializer: an initializer that assigns the optional target
  /// first destroys the `nil` in it, and the Swift runtime looks up metadata for that, even for the most used commands.
  init(_ failure: NamespaceFailure) {
    self.init(target: failure.target, backend: nil, content: .failure(failure))
  }
}

extension TimeoutsReport {
  /// Whether the command was one that changes timeouts.
  var isOfChange: Bool {
    switch content {
    case .change, .trial: true
    case .renewal(_, let isDryRun): !isDryRun
    case .timeouts, .comparison, .failure: false
    }
  }

  /// Whether a timeout changed, or would change.
  var isChanged: Bool {
    switch content {
    case .change(let change): change.isChanged
    case .trial(let end): end.before != end.after
    case .renewal(let report, _): report.renewed > 0
    case .timeouts, .comparison, .failure: false
    }
  }

  /// Whether the report is about a failure.
  var isOfFailure: Bool {
    if case .failure = content { true } else { false }
  }

  /// The exit status after this report.
  var status: ExitStatus {
    switch content {
    case .timeouts, .trial: .success
    case .comparison(let wanted, let actual): actual.isAsWanted(wanted) ? .success : .notAsWanted
    case .change(let change): change.mismatch == nil ? .success : .refused
    case .renewal(let report, let isDryRun): isDryRun || report.outdated == 0 ? .success : .notAsWanted
    case .failure(let failure): failure.status
    }
  }

  /// The failure to report on standard error; `nil` if there is none.
  ///
  /// One kind of failure has a result, too: the timeouts that were read back differ from the ones that were set.
  var failure: Failure? {
    switch content {
    case .timeouts, .comparison, .trial, .renewal: return nil
    case .change(let change):
      guard let mismatch = change.mismatch else { return nil }
      return Failure(mismatch.sentence(in: target?.namespace ?? .current), .refused)
    case .failure(let failure): return Failure(failure.sentence, failure.status)
    }
  }
}

extension TimeoutsReport {
  /// The timeouts in force; none after a failure.
  var timeouts: Timeouts {
    switch content {
    case .timeouts(let timeouts): timeouts
    case .change(let change): change.isDryRun ? change.before : change.after
    case .comparison(_, let actual): actual
    case .trial(let result): result.after
    case .renewal, .failure: Timeouts()
    }
  }

  /// Appends the lines for people, each with the name of the namespace if the command line names one.
  ///
  /// A failure has none: its sentence is on standard error.
  func appendText(to text: inout TextBuffer) {
    if isOfFailure { return }
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
        text.append(end.isKept ? "; was" : "; tried")
        replaced.appendValues(to: &text, absent: "-")
      }
      text.append(")\n")
    case .comparison(let wanted, let actual):
      guard !actual.isAsWanted(wanted) else {
        actual.appendLine(to: &text, absent: "-")
        text.append(" (as wanted)\n")
        return
      }
      for (number, difference) in actual.drift(from: wanted).enumerated() {
        if number > 0 { appendTarget(to: &text) }
        text.append(difference.sentence + "\n")
      }
    case .renewal(let report, let isDryRun):
      text.append(report.sentence(isDryRun: isDryRun))
      text.append("\n")
    case .failure: return
    }
  }

  private func appendTarget(to text: inout TextBuffer) {
    guard let target else { return }
    text.append(target.name.printable)
    text.append(": ")
  }
}

extension TimeoutsReport {
  /// Appends the line that `ipvsadm -R` reads and `ipvsadm -S` never writes.
  ///
  /// In it, 0 keeps a timeout. So does a timeout that ipvsadm does not accept: it restores the others.
  func appendRules(to text: inout TextBuffer) {
    if isOfFailure { return }
    var restorable = timeouts
    if restorable.tcp.isTooLongForIpvsadm { restorable.tcp = nil }
    if restorable.tcpFin.isTooLongForIpvsadm { restorable.tcpFin = nil }
    if restorable.udp.isTooLongForIpvsadm { restorable.udp = nil }
    text.append("--set")
    restorable.appendValues(to: &text, absent: "0")
    text.append("\n")
  }

  /// What the line for `ipvsadm -R` leaves out; `nil` if it leaves out nothing.
  var rulesRemark: String? {
    let timeouts = timeouts
    // Most reports have none, and need no list.
    guard
      timeouts.tcp.isTooLongForIpvsadm || timeouts.tcpFin.isTooLongForIpvsadm || timeouts.udp.isTooLongForIpvsadm
    else { return nil }
    let words = Timeouts.Name.allCases.filter { timeouts[$0].isTooLongForIpvsadm }.compactMap { name in
      timeouts[name].map { "\(name.rawValue) \($0.seconds) s" }
    }
    return "the line leaves out \(words.joined(separator: " and ")), because ipvsadm accepts at most 31 days"
  }
}

extension Timeout? {
  /// Whether ipvsadm does not accept it.
  fileprivate var isTooLongForIpvsadm: Bool {
    if let self { self.seconds > Timeout.longest.seconds } else { false }
  }
}

extension TimeoutsReport {
  /// One object on one line; `docs/reference/output.schema.json` lists its keys.
  var json: TextBuffer {
    var object = JSONObject(about: target)
    object.add("backend", backend.map { .string($0.rawValue) } ?? .null)
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
    case .renewal(let report, let isDryRun): report.add(to: &object, isDryRun: isDryRun)
    case .failure(let failure): return failure.json
    }
    return object.line()
  }
}

extension Timeouts {
  /// An object with the three timeouts.
  var json: JSONValue {
    var object = JSONObject()
    // One by one, because a list of them would be an array.
    object.add(Name.tcp.rawValue, JSONValue.seconds(tcp))
    object.add(Name.tcpFin.rawValue, JSONValue.seconds(tcpFin))
    object.add(Name.udp.rawValue, JSONValue.seconds(udp))
    return .object(object)
  }
}

extension JSONValue {
  fileprivate static func seconds(_ timeout: Timeout?) -> JSONValue {
    if let timeout { .number(timeout.seconds) } else { .null }
  }
}
