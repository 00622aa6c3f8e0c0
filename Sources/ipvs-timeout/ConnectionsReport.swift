// SPDX-License-Identifier: Apache-2.0

internal import Connections
internal import Directors
internal import IPVS
internal import Text

/// What there is to say about the connections of one network namespace.
struct ConnectionsReport {
  let place: Place
  let backend: BackendChoice
  let summary: ConnectionSummary
}

/// A connection that is outdated.
struct OutdatedConnection {
  let place: Place
  let connection: Connection
  /// Which timeout rules it.
  let name: Timeouts.Name
  /// What that is.
  let allowed: Timeout
}

extension ConnectionsReport {
  /// One object on one line; `docs/json.md` lists its keys.
  var json: String {
    var object = JSONObject()
    object.add("netns", .string(place.name))
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
  /// One object on one line; `docs/json.md` lists its keys.
  var json: String {
    var object = JSONObject()
    object.add("netns", .string(place.name))
    object.add("protocol", .string(connection.transport.name))
    object.add("client", connection.client.json)
    object.add("service", connection.service.json)
    object.add("real_server", connection.server.json)
    object.add("state", .string(connection.state.name))
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
    object.add("protocol", .string(kind.transport.name))
    object.add("state", .string(kind.state.name))
    object.add("template", .boolean(kind.isTemplate))
    object.add("connections", .number(count))
    object.add("seconds_left", .object(times))
    object.add("ruled_by", rule.name.map { .string($0.rawValue) } ?? .null)
    object.add("fixed", rule.fixed.map { .number($0) } ?? .null)
    object.add("outdated", .number(outdated))
    object.add("last_ends", outdated > 0 ? .number(lastEnd) : .null)
    object.add("synced", .number(foreign))
    return .object(object)
  }
}

extension TimerRule {
  fileprivate var name: Timeouts.Name? {
    if case .timeout(let name) = self { name } else { nil }
  }

  fileprivate var fixed: UInt32? {
    if case .fixed(let seconds) = self { seconds } else { nil }
  }
}
