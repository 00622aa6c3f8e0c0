// SPDX-License-Identifier: Apache-2.0

internal import Host
internal import IPVS

/// Whether there are ports left for connections to each service elsewhere.
///
/// A connection is known by both addresses and both ports, so each pair of an address here and a service elsewhere has
/// all the ports for itself.
struct PortsCheck: SocketCheck {
  func findings(on facts: SocketFacts) -> [Finding] {
    let routes = facts.services.flatMap { service in service.sources.map { Route(service: service, source: $0) } }
      .sorted { $0.source.share(of: facts.ports).part > $1.source.share(of: facts.ports).part }
    let notable = routes.filter { $0.isNotable(facts) }
    guard notable.isEmpty else { return told(notable, .ports) { $0.finding(facts) } }
    return [.ok(.ports, ok(routes.first, facts))]
  }

  private func ok(_ most: Route?, _ facts: SocketFacts) -> String {
    let range = "\(facts.ports.range.lowerBound) to \(facts.ports.range.upperBound)"
    guard let most else { return "none of the \(facts.ports.count) ports for outgoing connections (\(range)) is taken" }
    return
      "at the most, \(most.source.share(of: facts.ports)) of the ports for outgoing connections (\(range)) are taken"
      + " towards one service, \(most.service.place)"
  }
}

/// The connections from one address here to one service elsewhere.
private struct Route {
  let service: SocketService
  let source: SocketService.Source

  func isNotable(_ facts: SocketFacts) -> Bool {
    source.share(of: facts.ports).percent >= SocketThreshold.notable
  }

  func finding(_ facts: SocketFacts) -> Finding {
    let isReused = facts.isTimeWaitReused(towards: service.name.endpoint.address)
    let share = source.share(of: facts.ports)
    let open = Share(part: source.live, whole: facts.ports.count)
    let fact =
      "\(service.place): \(share) of the ports for outgoing connections are taken from \(source.address),"
      + " \(source.timeWait) of them by TIME_WAIT; \(facts.open(service))"
    let consequence = "when none is left, connect(2) fails: Cannot assign requested address (EADDRNOTAVAIL)"
    if (isReused ? open : share).percent >= SocketThreshold.scarce {
      return .problem(.ports, fact, so: consequence, cure: "\(TimeWaitCheck.inTheProgram); then \(more)")
    }
    guard isReused, share.percent >= SocketThreshold.scarce else {
      return .note(.ports, fact, so: consequence, cure: TimeWaitCheck.inTheProgram)
    }
    return .note(
      .ports, fact,
      so: "those in TIME_WAIT are given again after a second, as tcp_tw_reuse says, if the other host"
        + " sends timestamps", cure: TimeWaitCheck.inTheProgram)
  }

  /// What makes more connections possible.
  private var more: String {
    "`sysctl -w net.ipv4.tcp_tw_reuse=1`, a wider net.ipv4.ip_local_port_range, or a second address on either side"
  }
}

extension SocketFacts {
  /// Whether a socket that connects may take a port in TIME_WAIT.
  fileprivate func isTimeWaitReused(towards address: InternetAddress) -> Bool {
    guard settings[.tcpTimestamps] != 0 else { return false }
    switch settings[.tcpTimeWaitReuse] {
    case 1: return true
    case 2: return address.isLoopback
    default: return false
    }
  }
}

extension InternetAddress {
  /// Whether it is one by which a host talks to itself: in 127.0.0.0/8, or ::1.
  fileprivate var isLoopback: Bool { isIPv6 ? bits == (0, 1) : bits.low >> 24 == 127 }
}
