// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import Doctor
internal import Text

/// What the checks have found in one network namespace.
struct DoctorReport {
  let target: NamespaceTarget
  let findings: [Finding]
  /// Whether the namespace has a virtual service or a connection.
  var isInUse = true

  /// Whether something is wrong.
  var hasProblem: Bool { findings.contains { $0.severity == .problem } }

  /// The option that names the namespace in a command, after a blank; empty for your own.
  var option: String { NamespaceCommands(target.namespace, known: target.known).option }
}

extension DoctorReport {
  /// One object on one line; `docs/reference/json.md` lists its keys.
  var json: TextBuffer { object.line() }

  /// The members of that object.
  var object: JSONObject {
    var object = JSONObject(about: target)
    for severity in [Severity.problem, .note] {
      object.add("\(severity.rawValue)s", .number(findings.count { $0.severity == severity }))
    }
    object.add("findings", .array(findings.map(\.json)))
    return object
  }
}

extension Finding {
  fileprivate var json: JSONValue {
    var object = JSONObject()
    object.add("check", .string(check.rawValue))
    object.add("severity", .string(severity.rawValue))
    object.add("fact", .string(fact))
    object.add("consequence", consequence.map { .string($0) } ?? .null)
    object.add("fix", fix.map { .string($0.text) } ?? .null)
    return .object(object)
  }
}
