// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS
internal import Text

/// No service keeps its clients longer than the timeouts keep connections.
struct PersistenceCheck: DirectorCheck {
  let check = CheckID.persistence

  func findings(on facts: DirectorFacts) throws(DirectorError) -> [Finding] {
    guard facts.isInUse else { return [] }
    let persistent = try facts.serviceTable.get().services.filter { $0.persistence != nil }
    guard let first = persistent.first else { return [.ok(check, "no service is persistent")] }
    let longer = persistent.filter { service in
      guard let limit = facts.timeouts.longest(for: service.transport) else { return false }
      return service.persistence ?? 0 > limit
    }
    .max { $0.persistence ?? 0 < $1.persistence ?? 0 }
    guard let longer, let seconds = longer.persistence else {
      return [
        .ok(
          check,
          "\(persistent.count.counted("persistent service")), such as \(first.name) (\(first.persistence ?? 0) s)")
      ]
    }
    return [
      .note(
        check,
        "\(longer.name) keeps a client at its real server for \(DurationText.text(seconds)) (-p \(seconds)), longer than"
          + " its timeouts",
        so: "a client comes back to the same real server until then, whatever the timeouts are",
        fix: .advice("if clients should move sooner, give the service a shorter -p (ipvsadm -E)"))
    ]
  }
}

extension Timeouts {
  /// The longest timeout that governs connections of a service, in seconds; `nil` where none does.
  fileprivate func longest(for transport: Connection.Transport) -> UInt32? {
    let names: [Name] =
      switch transport {
      case .tcp: [.tcp, .tcpFin]
      case .udp: [.udp]
      case .any: Name.allCases
      default: []
      }
    return names.compactMap { self[$0]?.seconds }.max()
  }
}
