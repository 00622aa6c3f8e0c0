// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS
internal import Text

/// A report on the connections of one network namespace.
struct ConnectionsReport {
  let target: NamespaceTarget
  let backend: BackendChoice
  let summary: ConnectionSummary
  /// Whether the command line selects some connections.
  var isFiltered = false
}

/// An outdated connection: it is still on a timer that is longer than the timeout allows.
struct OutdatedConnection {
  let target: NamespaceTarget
  let connection: Connection
  /// The timeout that governs it.
  let name: Timeouts.Name
  /// The value of that timeout.
  let allowed: Timeout
}

extension ConnectionsReport {
  /// One object on one line; `docs/reference/output.schema.json` lists its keys.
  var json: TextBuffer {
    var object = JSONObject(about: target)
    object.add("backend", .string(backend.rawValue))
    object.add("timeouts", summary.rule.timeouts.json)
    object.add("connections", .number(summary.count))
    object.add("outdated", .number(summary.outdated))
    object.add("last_ends", summary.outdated > 0 ? .number(summary.lastEnd) : .null)
    object.add("last_ends_by", summary.outdated > 0 ? .number(summary.latestEnd) : .null)
    object.add("outdated_for", summary.outdated > 0 ? .number(summary.outdatedFor) : .null)
    object.add("states", .array(summary.tallies.map(\.json)))
    return object.line()
  }
}

extension OutdatedConnection {
  /// One object on one line; `docs/reference/output.schema.json` lists its keys.
  var json: TextBuffer {
    var object = JSONObject(about: target)
    object.add("protocol", .string(connection.transport.rawValue))
    object.add("client", connection.client.json)
    object.add("service", connection.service.json)
    object.add("real_server", connection.server.json)
    object.add("state", .string(connection.state.rawValue))
    object.add("seconds_left", .number(connection.secondsLeft))
    object.add("ruled_by", .string(name.rawValue))
    object.add("allowed", .number(allowed.seconds))
    return object.line()
  }
}

extension ConnectionTally {
  fileprivate var json: JSONValue {
    var times = JSONObject()
    times.add("min", .number(shortest))
    times.add("median", .number(secondsLeft(percent: 50)))
    times.add("p99", .number(secondsLeft(percent: 99)))
    times.add("max", .number(longest))
    var object = JSONObject()
    object.add("protocol", .string(kind.transport.rawValue))
    object.add("state", .string(kind.state.rawValue))
    object.add("template", .boolean(kind.isTemplate))
    object.add("connections", .number(count))
    object.add("seconds_left", .object(times))
    object.add("ruled_by", rule.name.map { .string($0.rawValue) } ?? .null)
    object.add("fixed", rule.fixed.map { .number($0) } ?? .null)
    object.add("outdated", .number(outdated))
    object.add("last_ends", outdated > 0 ? .number(lastEnd) : .null)
    object.add("last_ends_by", outdated > 0 ? .number(latestEnd) : .null)
    object.add("outdated_for", outdated > 0 ? .number(outdatedFor) : .null)
    object.add("synced", .number(synced))
    return .object(object)
  }
}

extension TimerSource {
  fileprivate var name: Timeouts.Name? {
    if case .timeout(let name) = self { name } else { nil }
  }

  fileprivate var fixed: UInt32? {
    if case .fixed(let seconds) = self { seconds } else { nil }
  }
}

extension ConnectionsReport {
  /// The table for people, at most 100 columns wide: a line for each state, then notes.
  var table: String {
    let tallies = summary.tallies
    guard !tallies.isEmpty else { return isFiltered ? "no connection matches\n" : "no connections\n" }
    let heading = ["State", "Total", "Outdated", "Left: min", "median", "99 %", "max", "Governed by"]
    return TextTable([heading] + tallies.map(\.cells), isLeft: [0, 7]).text + notes.map { $0 + "\n" }.joined()
  }

  private var notes: [String] {
    var notes: [String] = []
    if summary.outdated > 0 {
      notes.append(
        "Outdated: still on the old timer, for at most \(DurationText.text(summary.outdatedFor)). The last silent one"
          + " ends in \(DurationText.range(summary.lastEnd, summary.latestEnd)).")
    }
    let synced = summary.tallies.reduce(0) { $0 + $1.synced }
    if synced > 0 { notes.append("Not outdated: \(synced) with a longer timer from another director's sync daemon.") }
    if summary.tallies.contains(where: \.hasLateTimers) {
      notes.append("0s: their time is up, but the kernel's timers are late; until then a packet revives them.")
    }
    for note in summary.tallies.compactMap(\.note) where !notes.contains(note) { notes.append(note) }
    return notes
  }
}

extension OutdatedConnection {
  /// The line for people.
  var line: String {
    "\(connection.transport.rawValue) \(connection.client) -> \(connection.service) -> \(connection.server)"
      + " \(connection.state.rawValue) \(DurationText.text(connection.secondsLeft)) left, \(name.rawValue) = \(allowed.seconds) s\n"
  }
}

extension ConnectionTally {
  /// The kind of connections, in a word or two.
  var label: String {
    let state = kind.state.rawValue.printable
    let transport = kind.transport.rawValue.printable
    if kind.isTemplate { return "\(state) (\(transport) template)" }
    return kind.transport == .tcp || state == transport ? state : "\(transport) \(state)"
  }

  fileprivate var cells: [String] {
    let times = [shortest, secondsLeft(percent: 50), secondsLeft(percent: 99), longest].map(ConnectionTally.short)
    return [label, String(count), limit == nil ? "-" : String(outdated)] + times + [governor]
  }

  /// A time in at most eight characters: the exact time, or its two largest units.
  private static func short(_ seconds: UInt32) -> String {
    let text = DurationText.text(seconds)
    guard text.count > 8 else { return text }
    return DurationText.text(seconds - seconds % (seconds < 86_400 ? 60 : 3_600))
  }

  /// The source of the timers.
  private var governor: String {
    switch rule {
    case .timeout(let name): "\(name.rawValue) = \(limit.map { "\($0.seconds) s" } ?? "-")"
    case .fixed(let seconds): "kernel: \(seconds) s"
    case .kernel: "kernel"
    case .service: "ipvsadm -p"
    case .unknown: "unknown"
    }
  }

  /// Whether some have no time left; others than those of the known timers may never have any.
  fileprivate var hasLateTimers: Bool { shortest == 0 && rule != .unknown && !kind.isTemplate }

  /// The explanation of that source, if it needs one.
  fileprivate var note: String? {
    switch rule {
    case .timeout(let name): limit == nil ? "\(name.rawValue) = -: this kernel does not have this timeout." : nil
    case .fixed, .kernel: "kernel: no setting changes these timers."
    case .service: "ipvsadm -p: the persistence of the service sets these timers."
    case .unknown: "unknown: none of the three timeouts sets these timers."
    }
  }
}

extension Endpoint {
  /// An object with the address and the port.
  var json: JSONValue {
    var object = JSONObject()
    object.add("address", .string(address.description))
    object.add("port", .number(UInt32(port)))
    return .object(object)
  }
}
