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
    case .tcpfin: "tcpFinTimeout"
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
