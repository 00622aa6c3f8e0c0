// SPDX-License-Identifier: Apache-2.0

internal import IPVS

/// Whether there are free ports for connections to each service elsewhere.
///
/// A connection is known by both addresses and both ports. So each pair of an address here and a service elsewhere has
/// all the ports for itself.
struct PortsCheck: SocketCheck {
  func findings(on facts: SocketFacts) -> [Finding] {
    guard facts.ports.count > 0 else { return [reserved(facts)] }
    let routes = facts.services.flatMap { service in service.sources.map { OutgoingRoute(service: service, source: $0) }
    }
    .sorted { $0.source.share(of: facts.ports).part > $1.source.share(of: facts.ports).part }
    let notable = routes.filter { $0.isNotable(facts) }
    guard notable.isEmpty else { return largest(notable, .ports, facts) { $0.finding(facts) } }
    return [.ok(.ports, ok(routes.first, facts))]
  }

  private func reserved(_ facts: SocketFacts) -> Finding {
    .problem(
      .ports,
      "all ports for outgoing connections (\(facts.ports.range.lowerBound) to \(facts.ports.range.upperBound)) are"
        + " reserved (ip_local_reserved_ports)",
      so: OutgoingRoute.failure, fix: .command("\(facts.entering)sysctl -w net.ipv4.ip_local_reserved_ports="))
  }

  private func ok(_ largest: OutgoingRoute?, _ facts: SocketFacts) -> String {
    let range = "\(facts.ports.range.lowerBound) to \(facts.ports.range.upperBound)"
    guard let largest else {
      return "none of the \(facts.ports.count) ports for outgoing connections (\(range)) is in use"
    }
    return
      "the most for one service: \(largest.source.share(of: facts.ports)) of the ports for outgoing connections"
      + " (\(range)), for \(largest.service.place)"
  }
}

/// The connections from one address here to one service that this host uses.
private struct OutgoingRoute {
  static let failure = "when no port is free, connect(2) fails: Cannot assign requested address (EADDRNOTAVAIL)"

  let service: SocketService
  let source: SocketService.Source

  func isNotable(_ facts: SocketFacts) -> Bool {
    source.share(of: facts.ports).percent >= SocketThreshold.notable
  }

  func finding(_ facts: SocketFacts) -> Finding {
    let isReused = facts.isTimeWaitReused(towards: service.name.endpoint.address)
    let share = source.share(of: facts.ports)
    let open = Share(part: source.open + source.synSent, whole: facts.ports.count)
    let asked = source.synSent > 0 ? ", \(source.synSent) by SYN_SENT" : ""
    let fact =
      "\(service.place): \(share) of the ports for outgoing connections are in use from \(source.address),"
      + " \(source.timeWait) of them by TIME_WAIT\(asked); \(facts.open(service))"
    if (isReused ? open : share).percent >= SocketThreshold.scarce {
      return .problem(
        .ports, fact, so: OutgoingRoute.failure, fix: .advice("\(fix(facts)); then \(more(facts, isReused))"))
    }
    guard isReused, share.percent >= SocketThreshold.scarce else {
      return .note(.ports, fact, so: OutgoingRoute.failure, fix: .advice(fix(facts)))
    }
    let condition = service.isOnThisHost ? "" : ", if the other host sends timestamps"
    return .note(
      .ports, fact,
      so: "tcp_tw_reuse makes the ports in TIME_WAIT free again after \(facts.settings.reuseDelay)\(condition)",
      fix: .advice(fix(facts)))
  }

  /// What the program can do, by the largest use of ports.
  private func fix(_ facts: SocketFacts) -> String {
    switch max(source.timeWait, source.synSent, source.open) {
    case source.timeWait: TimeWaitCheck.inTheProgram
    case source.synSent:
      "the service does not answer: check it, and check what drops packets on the way;"
        + " \(facts.program(of: service, .synSent)) asks; to see it:"
        + " `\(facts.entering)ss -tnp state syn-sent \(service.filter)`"
    default:
      "\(facts.program(of: service, .established)) keeps so many open: let it use fewer; to see them:"
        + " `\(facts.entering)ss -tnp state established \(service.filter)`"
    }
  }

  /// What makes more connections possible.
  private func more(_ facts: SocketFacts, _ isReused: Bool) -> String {
    let isUseful =
      source.timeWait > 0 && !isReused && facts.settings[.tcpTimeWaitReuse] != 1 && facts.settings[.tcpTimestamps] != 0
    return (isUseful ? "`\(facts.entering)sysctl -w net.ipv4.tcp_tw_reuse=1`, " : "")
      + "a wider net.ipv4.ip_local_port_range, or a second address at either end"
  }
}
