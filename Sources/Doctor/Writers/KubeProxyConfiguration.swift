// SPDX-License-Identifier: Apache-2.0

internal import IPVS
internal import Text

/// The settings for IPVS in the configuration file of kube-proxy.
struct KubeProxyConfiguration {
  /// Why the file is not understood.
  struct Failure: Error, Sendable, Hashable {
    let reason: String
    /// The line; 0 for the whole file.
    let line: Int
  }

  /// The mode; empty where none is given.
  private(set) var mode = ""
  /// The Go durations under `ipvs`.
  private(set) var durations: [Timeouts.Name: String] = [:]

  /// The key of a timeout.
  static func key(of name: Timeouts.Name) -> String {
    switch name {
    case .tcp: "tcpTimeout"
    case .tcpFin: "tcpFinTimeout"
    case .udp: "udpTimeout"
    }
  }

  /// Reads a file.
  ///
  /// - Throws: ``Failure``, when kube-proxy would not start with it.
  init(_ bytes: [UInt8]) throws(Failure) {
    do throws(YAMLNode.Failure) {
      guard let document = try YAMLNode.first(in: bytes), case .mapping = document else {
        throw YAMLNode.Failure(reason: "there are no keys and values", line: 0)
      }
      let root = try document.values()
      for (key, value) in ["kind": "KubeProxyConfiguration", "apiVersion": "kubeproxy.config.k8s.io/v1alpha1"] {
        guard let entry = root[key], let text = entry.value.text, text != value else { continue }
        throw YAMLNode.Failure(reason: "its \(key) is \(text.printable), not \(value)", line: entry.line)
      }
      if let entry = root["mode"], !entry.value.isNull {
        guard let text = entry.value.text else {
          throw YAMLNode.Failure(reason: "mode is no text", line: entry.line)
        }
        mode = text
      }
      guard let section = root["ipvs"], !section.value.isNull else { return }
      guard case .mapping = section.value else {
        throw YAMLNode.Failure(reason: "ipvs has no keys and values", line: section.line)
      }
      let ipvs = try section.value.values()
      for name in Timeouts.Name.allCases {
        guard let entry = ipvs[KubeProxyConfiguration.key(of: name)] else { continue }
        guard let text = entry.value.text else {
          throw YAMLNode.Failure(reason: "\(entry.key) is no duration", line: entry.line)
        }
        durations[name] = text
      }
    } catch {
      throw Failure(reason: error.reason.printable, line: error.line)
    }
  }
}

extension YAMLNode {
  /// Its text, as JSON has it; `nil` where JSON has something else, such as a number.
  fileprivate var text: String? {
    guard case .scalar(let text, let isQuoted, let tag) = self else { return nil }
    if let tag { return tag == "tag:yaml.org,2002:str" || tag == "!" ? text : nil }
    return isQuoted || !text.isOtherThanText ? text : nil
  }
}

extension YAMLNode {
  /// Whether it is null.
  fileprivate var isNull: Bool {
    guard case .scalar(let text, let isQuoted, let tag) = self else { return false }
    return tag == "tag:yaml.org,2002:null"
      || (tag == nil && !isQuoted && ["", "~", "null"].contains(text.lowercased()))
  }
}

extension String {
  /// Whether it is no text without quotation marks: a number, null, or true or false.
  fileprivate var isOtherThanText: Bool {
    let others = ["", "~", "null", "true", "false", "yes", "no", "on", "off"]
    return others.contains(lowercased()) || Double(self) != nil
  }
}
