// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS

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
