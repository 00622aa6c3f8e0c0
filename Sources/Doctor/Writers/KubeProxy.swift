// SPDX-License-Identifier: Apache-2.0

internal import IPVS

/// What the configuration file of kube-proxy says of IPVS, as far as it is written in lines, as people and tools write it.
struct KubeProxyConfiguration {
  /// The mode; `nil` where none is given.
  private(set) var mode: String?
  /// The values under `ipvs`, by their keys.
  private(set) var ipvs: [String: String] = [:]

  /// The key under which a timeout is there.
  static func key(of name: Timeouts.Name) -> String {
    switch name {
    case .tcp: "tcpTimeout"
    case .tcpFin: "tcpFinTimeout"
    case .udp: "udpTimeout"
    }
  }

  init(_ text: String) {
    var section = ""
    for line in text.split(whereSeparator: \.isNewline) {
      let parts = line.prefix { $0 != "#" }.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else { continue }
      let key = parts[0].trimmed
      let value = parts[1].trimmed
      if !line.hasPrefix(" ") {
        section = key
        if key == "mode" { mode = value }
      } else if section == "ipvs" {
        ipvs[key] = value
      }
    }
  }
}

extension Substring {
  /// Without blanks and quotation marks around it.
  fileprivate var trimmed: String {
    let isOutside = { (character: Character) in character.isWhitespace || character == "\"" || character == "'" }
    return String(drop(while: isOutside).reversed().drop(while: isOutside).reversed())
  }
}

/// The long options of a command line: `--name=value`, `--name value`.
struct ProgramFlags {
  private var values: [String: String] = [:]

  init(_ arguments: [String]) {
    for (index, argument) in arguments.enumerated() where argument.hasPrefix("--") {
      let parts = argument.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let next = arguments.dropFirst(index + 1).first
      values[String(parts[0])] = parts.count > 1 ? String(parts[1]) : next ?? ""
    }
  }

  /// The value of the last option of this name.
  subscript(name: String) -> String? { values[name] }
}

/// A duration as programs in Go read it, for example `1h15m30.5s`.
enum GoDuration {
  private static let units: [Substring: Double] = [
    "h": 3600, "m": 60, "s": 1, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9,
  ]

  /// The whole seconds of it, which is what is handed to the kernel; `nil` where it is none.
  static func seconds(_ text: String) -> Int? {
    guard text != "0" else { return 0 }
    var total = 0.0
    var rest = text[...]
    repeat {
      let number = rest.prefix { $0.isNumber || $0 == "." }
      let unit = rest.dropFirst(number.count).prefix { !$0.isNumber && $0 != "." }
      guard let factor = units[unit], let value = Double(number) else { return nil }
      total += value * factor
      rest = rest.dropFirst(number.count + unit.count)
    } while !rest.isEmpty
    return Int(exactly: total.rounded(.towardZero))
  }
}
