// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS
internal import SystemPackage
internal import Text

/// What a policy wants in each of several namespaces, and from which line.
struct PolicyReport {
  let policy: PolicyFile
  let targets: [NamespaceTarget]

  /// A line for each namespace.
  func render(_ format: TextFormat) -> TextBuffer {
    var text = TextBuffer()
    for target in targets {
      let demand = policy.demand(target)
      switch format {
      case .text: text.append(demand.sentence(target))
      case .json: text.append(demand.json(target, policy.path))
      }
      text.append("\n")
    }
    return text
  }
}

extension PolicyDemand {
  /// For people.
  fileprivate func sentence(_ target: NamespaceTarget) -> String {
    let parts = Timeouts.Name.allCases.compactMap { name in
      timeouts[name].flatMap { timeout in line(of: name).map { "\(name.rawValue) \(timeout.seconds) s (line \($0))" } }
    }
    return "\(target.name.printable): \(parts.isEmpty ? "nothing" : parts.joined(separator: ", "))"
  }

  /// One object; `docs/reference/json.md` lists its keys.
  fileprivate func json(_ target: NamespaceTarget, _ path: FilePath) -> String {
    var lines = JSONObject()
    for name in Timeouts.Name.allCases {
      lines.add(name.rawValue, line(of: name).map { .number(UInt32(clamping: $0)) } ?? .null)
    }
    var object = JSONObject()
    object.add("netns", .string(target.name))
    object.add("policy", .string(path.string))
    object.add("wanted", timeouts.json)
    object.add("lines", .object(lines))
    return object.text
  }
}
