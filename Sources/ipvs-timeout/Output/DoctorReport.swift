// SPDX-License-Identifier: Apache-2.0

internal import Doctor
internal import Text

/// What the checks have found in one network namespace.
struct DoctorReport {
  let target: NamespaceTarget
  let findings: [Finding]
  /// Whether to say the name of the namespace.
  var showsName = true

  /// Whether something is wrong.
  var hasProblem: Bool { findings.contains { $0.severity == .problem } }
}

extension [DoctorReport] {
  /// All of them, in text with a blank line between two.
  func render(_ format: TextFormat) -> TextBuffer {
    var text = TextBuffer()
    for (number, report) in enumerated() {
      switch format {
      case .text: text.append((number > 0 ? "\n" : "") + report.text)
      case .json: text.append(report.json)
      }
    }
    return text
  }
}

extension DoctorReport {
  private static let severityWidth = Severity.allCases.map(\.rawValue.count).max() ?? 0

  /// For people: the name of the namespace where it is to be said, then the findings.
  var text: String { heading + findingsText }

  /// The line above what is said about the namespace, if there is one.
  var heading: String { showsName ? "\(target.name.printable):\n" : "" }

  /// A line for each finding with the fact, then, where all is not well, what follows and the fix.
  var findingsText: String {
    let checkWidth = findings.map(\.check.rawValue.count).max() ?? 0
    let margin = String(repeating: " ", count: DoctorReport.severityWidth + checkWidth + 4)
    let lines = findings.flatMap { finding in
      let start =
        finding.severity.rawValue.filled(to: DoctorReport.severityWidth) + "  "
        + finding.check.rawValue.filled(to: checkWidth) + "  "
      return [start + finding.fact] + finding.more.map { margin + $0 }
    }
    return lines.map { $0 + "\n" }.joined()
  }

  /// One object on one line; `docs/reference/json.md` lists its keys.
  var json: String { JSONValue.object(object).text + "\n" }

  /// The members of that object.
  var object: JSONObject {
    var object = JSONObject()
    object.add("netns", .string(target.name))
    for severity in [Severity.problem, .note] {
      object.add("\(severity.rawValue)s", .number(findings.count { $0.severity == severity }))
    }
    object.add("findings", .array(findings.map(\.json)))
    return object
  }
}

extension Finding {
  fileprivate var more: [String] {
    [consequence.map { "so: \($0)" }, fix.map { "fix: \($0)" }].compactMap(\.self)
  }

  fileprivate var json: JSONValue {
    var object = JSONObject()
    object.add("check", .string(check.rawValue))
    object.add("severity", .string(severity.rawValue))
    object.add("fact", .string(fact))
    object.add("consequence", consequence.map { .string($0) } ?? .null)
    object.add("fix", fix.map { .string($0) } ?? .null)
    return .object(object)
  }
}

extension String {
  fileprivate func filled(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
