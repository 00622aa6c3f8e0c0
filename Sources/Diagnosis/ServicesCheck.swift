// SPDX-License-Identifier: Apache-2.0

internal import Connections
internal import Directors
internal import IPVS
internal import Text

/// There are virtual services, whose connections the timeouts rule.
struct ServicesCheck: DirectorCheck {
  let check = Check.ipvs

  func findings(on facts: DirectorFacts) throws(BackendError) -> [Finding] {
    let services = try facts.services.get()
    guard services.count > 0 else {
      let left = (try? facts.connections.get())?.count ?? 0
      let consequence =
        left > 0
        ? "the timeouts rule only what former services have left, \(left.counted("connection"))"
        : "the timeouts have no effect here, for there is nothing that they could rule"
      return [.note(check, "there is no virtual service in this network namespace", so: consequence)]
    }
    return [.ok(check, services.words)]
  }
}

extension VirtualServices {
  /// How many there are of what, for people.
  fileprivate var words: String {
    let protocols = services.map { (transport: $0, count: $1) }.sorted { $0.transport.words < $1.transport.words }
    let methods = servers.reduce(into: [:]) { $0[$1.key.method.name, default: 0] += $1.value }
      .sorted { $0.key < $1.key }
    return count.counted("virtual service")
      + " (\(protocols.map { "\($0.count) \($0.transport.words)" }.joined(separator: ", ")))"
      + " with \(methods.reduce(0) { $0 + $1.value }.counted("real server"))"
      + (methods.isEmpty ? "" : " (\(methods.map { "\($0.value) \($0.key.printable)" }.joined(separator: ", ")))")
  }
}

extension Connection.Transport {
  /// The protocol of a virtual service; one that is a firewall mark has none in particular.
  fileprivate var words: String { self == .any ? "FWM" : name.printable }
}
