// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS
internal import SystemPackage
internal import Text

/// The timeouts that a policy wants in each of several namespaces, with the lines that say it.
struct PolicyReport {
  let policy: PolicyFile
  let targets: [NamespaceTarget]

  /// A line for each namespace.
  func render(_ format: TextFormat) -> TextBuffer {
    var text = TextBuffer()
    for target in targets {
      let demand = policy.demand(target)
      switch format {
      case .text: text.append(demand.sentence(target) + "\n")
      case .json: text.append(demand.json(target, policy.path))
      }
    }
    return text
  }
}

extension PolicyDemand {
  /// The line for people.
  fileprivate func sentence(_ target: NamespaceTarget) -> String {
    let parts = Timeouts.Name.allCases.compactMap { name in
      timeouts[name].flatMap { timeout in line(of: name).map { "\(name.rawValue) \(timeout.seconds) s (line \($0))" } }
    }
    return "\(target.name.printable): \(parts.isEmpty ? "nothing" : parts.joined(separator: ", "))"
  }

  /// One object; `docs/reference/output.schema.json` lists its keys.
  fileprivate func json(_ target: NamespaceTarget, _ path: FilePath) -> TextBuffer {
    var lines = JSONObject()
    for name in Timeouts.Name.allCases {
      lines.add(name.rawValue, line(of: name).map { .number(UInt32(clamping: $0)) } ?? .null)
    }
    var object = JSONObject(about: target)
    object.add("policy", .string(path.string))
    object.add("wanted", timeouts.json)
    object.add("lines", .object(lines))
    return object.line()
  }
}
