// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS
internal import Text

/// What there is to say about the connections of one network namespace.
struct ConnectionsReport {
  let target: NamespaceTarget
  let backend: BackendChoice
  let summary: ConnectionSummary
}

/// A connection that is outdated.
struct OutdatedConnection {
  let target: NamespaceTarget
  let connection: Connection
  /// Which timeout rules it.
  let name: Timeouts.Name
  /// What that is.
  let allowed: Timeout
}

extension ConnectionsReport {
  /// One object on one line; `docs/reference/json.md` lists its keys.
  var json: String {
    var object = JSONObject()
    object.add("netns", .string(target.name))
    object.add("backend", .string(backend.rawValue))
    object.add("timeouts", summary.rule.timeouts.json)
    object.add("connections", .number(summary.count))
    object.add("outdated", .number(summary.outdated))
    object.add("last_ends", summary.outdated > 0 ? .number(summary.lastEnd) : .null)
    object.add("states", .array(summary.tallies.map(\.json)))
    return JSONValue.object(object).text + "\n"
  }
}

extension OutdatedConnection {
  /// One object on one line; `docs/reference/json.md` lists its keys.
  var json: String {
    var object = JSONObject()
    object.add("netns", .string(target.name))
    object.add("protocol", .string(connection.transport.rawValue))
    object.add("client", connection.client.json)
    object.add("service", connection.service.json)
    object.add("real_server", connection.server.json)
    object.add("state", .string(connection.state.rawValue))
    object.add("seconds_left", .number(connection.secondsLeft))
    object.add("ruled_by", .string(name.rawValue))
    object.add("allowed", .number(allowed.seconds))
    return JSONValue.object(object).text + "\n"
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
  /// The table for people: a line for each state.
  var table: String {
    let tallies = summary.tallies
    guard !tallies.isEmpty else { return "no connections\n" }
    let rows = [["State", "Connections", "Time left: min", "median", "99 %", "max", "Ruled by"]] + tallies.map(\.cells)
    return TextTable(rows, isLeft: [0, 6]).text
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
  /// What is counted, in a word or two.
  var label: String {
    let state = kind.state.rawValue.printable
    let transport = kind.transport.rawValue.printable
    if kind.isTemplate { return "\(state) (\(transport) template)" }
    return kind.transport == .tcp || state == transport ? state : "\(transport) \(state)"
  }

  fileprivate var cells: [String] {
    [label, String(count)]
      + [shortest, secondsLeft(percent: 50), secondsLeft(percent: 99), longest].map(DurationText.text) + [ruling]
  }

  /// What rules them, and what is outdated.
  private var ruling: String {
    switch rule {
    case .timeout(let name):
      guard let limit else { return "\(name.rawValue), which this kernel lacks" }
      return "\(name.rawValue) = \(limit.seconds) s"
        + (outdated > 0 ? "; \(outdated) outdated, the last ends in \(DurationText.text(lastEnd))" : "")
        + (synced > 0 ? "; \(synced) longer, as another director's sync daemon says" : "")
    case .fixed(let seconds): return "fixed by the kernel at \(seconds) s; no setting changes it"
    case .kernel: return "the kernel's own table; no setting changes it"
    case .service: return "how long the service is persistent (ipvsadm -p)"
    case .unknown: return "not known here; none of the three timeouts"
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
