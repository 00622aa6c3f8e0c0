// SPDX-License-Identifier: Apache-2.0

internal import IPVS

/// Which services have connections that are opened and closed all the time, and by which program.
struct TimeWaitCheck: SocketCheck {
  /// The fix that comes first, whatever else you do.
  static let inTheProgram = "in the program, reuse connections (a pool, keep-alive) instead of one for each request"

  func findings(on facts: SocketFacts) -> [Finding] {
    let services = facts.services.filter(\.isClosingMany)
    guard services.isEmpty else {
      return largest(services, .timeWait, facts) { $0.name.isLocal ? offered($0) : used($0, facts) }
    }
    return [.ok(.timeWait, few(.timeWait, facts, SocketThreshold.closing))]
  }

  /// TIME_WAIT shows this and no more: when the other end closes first, the socket here is gone at once.
  private static let closed = "closed first by this host within about a minute"

  /// About a service that this host uses.
  private func used(_ service: SocketService, _ facts: SocketFacts) -> Finding {
    let count = service.counts[.timeWait]
    let end =
      facts.isTimeWaitReused(towards: service.name.endpoint.address)
      ? "tcp_tw_reuse lets the next connection to it use the port after \(facts.settings.reuseDelay)"
      : "no Linux setting shortens that"
    let share = service.share(of: facts.ports).map { "; \($0) of the ports for outgoing connections are in use" } ?? ""
    return .note(
      .timeWait,
      "\(service.place): \(count) sockets in TIME_WAIT, \(TimeWaitCheck.closed)\(share);"
        + " \(facts.open(service))",
      so: "at least \(count / SocketThreshold.longestTimeWait) connections to it are opened and closed each second, and"
        + " each uses a port for at least \(SocketThreshold.timeWait) s more; \(end)",
      fix: .advice(
        TimeWaitCheck.inTheProgram + ", or let the other end close first, where it uses no port; to see them:"
          + " `\(facts.entering)ss -tan state time-wait \(service.filter)`"))
  }

  /// About a service of this host.
  private func offered(_ service: SocketService) -> Finding {
    .note(
      .timeWait,
      "\(service.place): \(service.counts[.timeWait]) sockets in TIME_WAIT, \(TimeWaitCheck.closed)",
      so:
        "that is harmless: all of them use the port of the service; each needs about 270 bytes of kernel"
        + " memory for at least \(SocketThreshold.timeWait) s")
  }
}

/// Whether the kernel has room for all sockets that should go to TIME_WAIT.
struct TimeWaitBucketsCheck: SocketCheck {
  func findings(on facts: SocketFacts) -> [Finding] {
    guard let maximum = facts.settings[.tcpMaxTimeWaitBuckets] else {
      return [.unchecked(.timeWaitBuckets, "the kernel does not show tcp_max_tw_buckets")]
    }
    let share = Share(part: facts.timeWaitPlaces, whole: maximum)
    let lost = facts.counters.timeWaitOverflow ?? 0
    let now = facts.overflow > 0 ? ", \(facts.overflow) of them during this check" : ""
    let fact =
      (maximum > 0
        ? "\(share) of the sockets that may be in TIME_WAIT (tcp_max_tw_buckets)"
        : "tcp_max_tw_buckets = 0: no socket goes to TIME_WAIT")
      + (lost > 0 ? "; \(lost) found no room and were closed at once (TCPTimeWaitOverflow)\(now)" : "")
    let consequence =
      "a socket without room skips TIME_WAIT: no connection fails, but a late packet of an old one can disturb a new one"
    let wider = "\(facts.entering)sysctl -w net.ipv4.tcp_max_tw_buckets=\(max(maximum * 2, TimeWaitBucketsCheck.many))"
    if maximum <= 0 { return [.problem(.timeWaitBuckets, fact, so: consequence, fix: .command(wider))] }
    let fix = Fix.advice("\(TimeWaitCheck.inTheProgram); if that is not enough, `\(wider)`")
    if share.percent >= SocketThreshold.scarce || facts.overflow > 0 {
      return [.problem(.timeWaitBuckets, fact, so: consequence, fix: fix)]
    }
    if lost > 0 {
      return [
        .note(
          .timeWaitBuckets, fact, so: "that happened at some time since the network namespace exists; \(consequence)",
          fix: .advice("check again when the host is busy: `\(facts.entering)nstat -az TcpExtTCPTimeWaitOverflow`"))
      ]
    }
    return share.percent >= SocketThreshold.notable
      ? [.note(.timeWaitBuckets, fact, so: consequence, fix: fix)] : [.ok(.timeWaitBuckets, fact)]
  }

  /// The kernel's default on a host with enough memory; so many use 70 MB.
  private static let many = 262_144
}
