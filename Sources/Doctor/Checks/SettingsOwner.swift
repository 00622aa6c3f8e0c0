// SPDX-License-Identifier: Apache-2.0

internal import IPVS
internal import Text

/// A program that sets some of IPVS' sysctls on purpose.
struct SettingsOwner {
  /// Its name, with the number of its process.
  let name: String
  /// Which settings have the values that it sets.
  let settings: Set<KernelSetting>
  private let values: KernelSettings

  /// What there is to say of them.
  var fact: String { "\(name) sets \(words(settings.subtracting([.conntrack]))) here on purpose" }

  /// What there is to say of conntrack; `nil` where that is not set.
  var conntrackFact: String? {
    settings.contains(.conntrack) ? "\(name) sets \(words([.conntrack])) here on purpose" : nil
  }

  private func words(_ settings: Set<KernelSetting>) -> String {
    let order: [KernelSetting] = [.connReuseMode, .expireNodestConn, .expireQuiescentTemplate, .conntrack]
    return order.filter(settings.contains).map { "\($0.shortName) = \(values.text($0) ?? "")" }.enumeration
  }
}

extension SettingsOwner {
  /// What each program sets; seen on Docker 20.10 and 26.1, and in the sources of kube-proxy 1.30 and kube-router 2.
  private static func values(_ program: WriterKind) -> [KernelSetting: Int] {
    switch program {
    case .keepalived: [:]
    case .dockerd, .kubeRouter:
      [.connReuseMode: 0, .expireNodestConn: 1, .expireQuiescentTemplate: 1, .conntrack: 1]
    case .kubeProxy, .k3s, .rke2, .microk8s, .kubelite:
      // conn_reuse_mode only before Linux 5.9.
      [.connReuseMode: 0, .expireNodestConn: 1, .expireQuiescentTemplate: 1, .conntrack: 1]
    }
  }

  /// The program whose settings these are: only where both expire settings are as it sets them.
  fileprivate init?(_ writer: TimeoutWriter, _ values: KernelSettings) {
    let own = SettingsOwner.values(writer.program)
    settings = Set(own.filter { values[$0.key] == $0.value }.keys)
    guard settings.isSuperset(of: [.expireNodestConn, .expireQuiescentTemplate]) else { return nil }
    name = writer.name
    self.values = values
  }
}

extension DirectorFacts {
  /// The program that has set IPVS' sysctls here; `nil` where they are not as one that runs here sets them.
  var settingsOwner: SettingsOwner? {
    guard let here = known?.fileIdentity, let values = try? settings.get(), let writers = try? machine.writers.get()
    else { return nil }
    return writers.lazy.compactMap { writer -> SettingsOwner? in
      guard writer.namespace == here || (writer.program == .dockerd && isBoundForDocker), writer.usesIPVS else {
        return nil
      }
      return SettingsOwner(writer, values)
    }.first
  }
}
