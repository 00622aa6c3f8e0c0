// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS
internal import Text

/// IPVS is there and answers; otherwise there are no facts.
struct IPVSCheck: DirectorCheck {
  let check = CheckID.ipvs

  func findings(on facts: DirectorFacts) -> [Finding] {
    switch facts.fallback {
    case .notNeeded:
      [.ok(check, "IPVS answers via \(facts.backend.words)")]
    case .taken(let first, let second, let reason) where second.isEquivalent:
      [
        .note(
          check, "IPVS answers via \(second.words), not via \(first.words): \(reason.description)", so: second.caution)
      ]
    case .taken(let first, let second, let reason):
      [
        .note(
          check, "IPVS answers only via \(second.words), not via \(first.words): \(reason.sentence)",
          so: second.caution, fix: reason.fix)
      ]
    }
  }
}

/// There are virtual services whose connections the timeouts govern.
struct ServicesCheck: DirectorCheck {
  let check = CheckID.ipvs

  func findings(on facts: DirectorFacts) throws(DirectorError) -> [Finding] {
    let services = try facts.services.get()
    guard services.count > 0 else { return [none(facts)] }
    guard services.services.keys.allSatisfy({ $0 == .sctp }) else { return [.ok(check, services.words)] }
    return [
      .note(
        check, services.words,
        so: "no timeout governs SCTP: the kernel fixes its timers, and setting the timeouts changes nothing here")
    ]
  }

  private func none(_ facts: DirectorFacts) -> Finding {
    let left = (try? facts.connections.get())?.count ?? 0
    let others = facts.otherDirectors.map(\.known.name.printable)
    guard left > 0 || others.isEmpty else {
      let first = others.prefix(3) + (others.count > 3 ? ["\(others.count - 3) more network namespaces"] : [])
      return .ok(check, "no virtual service here; they are in \(Array(first).enumeration)")
    }
    return .note(
      check, "there is no virtual service in this network namespace",
      so: left > 0
        ? "the timeouts govern only what former services have left: \(left.counted("connection"))"
        : "the timeouts have no effect here, because there are no services")
  }
}

extension ServiceCounts {
  /// How many services and real servers there are, by protocol and forwarding method.
  fileprivate var words: String {
    let protocols = services.map { (transport: $0, count: $1) }.sorted { $0.transport.words < $1.transport.words }
    let methods = servers.reduce(into: [:]) { $0[$1.key.method.rawValue, default: 0] += $1.value }
      .sorted { $0.key < $1.key }
    return count.counted("virtual service")
      + " (\(protocols.map { "\($0.count) \($0.transport.words)" }.joined(separator: ", ")))"
      + " with \(methods.reduce(0) { $0 + $1.value }.counted("real server"))"
      + (methods.isEmpty ? "" : " (\(methods.map { "\($0.value) \($0.key.printable)" }.joined(separator: ", ")))")
  }
}

extension Connection.Transport {
  /// The protocol of a virtual service; a firewall mark has none.
  fileprivate var words: String { self == .any ? "FWM" : rawValue.printable }
}
