// SPDX-License-Identifier: Apache-2.0

internal import IPVS

/// To which services connections are opened and closed again all the time, and by which program.
struct TimeWaitCheck: SocketCheck {
  /// The fix that comes first, whatever else is done.
  static let inTheProgram = "in the program, use connections again (a pool, keep-alive) instead of one for each request"

  func findings(on facts: SocketFacts) -> [Finding] {
    let services = facts.services.filter(\.isClosingMany)
    guard services.isEmpty else {
      return told(services, .timeWait, facts) { $0.name.isLocal ? offered($0) : used($0, facts) }
    }
    return [.ok(.timeWait, few(.timeWait, facts, SocketThreshold.closing))]
  }

  /// What TIME_WAIT shows, and all that it shows: what the other end closed first is gone in no time.
  private static let closed = "closed first by this host within \(SocketThreshold.timeWait) s"

  /// About a service that this host uses.
  private func used(_ service: SocketService, _ facts: SocketFacts) -> Finding {
    let count = service.counts[.timeWait]
    let end =
      facts.isTimeWaitReused(towards: service.name.endpoint.address)
      ? "unless the next one to it needs the port: it may have it after \(facts.settings.reuseDelay), as"
        + " tcp_tw_reuse says"
      : "and no setting of Linux shortens that"
    let share = service.share(of: facts.ports).map { "; \($0) of the ports for outgoing connections are taken" } ?? ""
    return .note(
      .timeWait,
      "\(service.place): \(count) sockets in TIME_WAIT, \(TimeWaitCheck.closed)\(share);"
        + " \(facts.open(service))",
      so: "at least \(count / SocketThreshold.timeWait) connections to it a second are opened and closed again, and"
        + " each takes a port for \(SocketThreshold.timeWait) s more, \(end)",
      fix: .advice(
        TimeWaitCheck.inTheProgram + ", or have the other end close first, where it costs no port; to see them:"
          + " `\(facts.entering)ss -tan state time-wait \(service.filter)`"))
  }

  /// About a service of this host's.
  private func offered(_ service: SocketService) -> Finding {
    .note(
      .timeWait,
      "\(service.place): \(service.counts[.timeWait]) sockets in TIME_WAIT, \(TimeWaitCheck.closed)",
      so:
        "that is harmless for ports, as all have the one of the service; each takes some 270 bytes of the kernel's"
        + " memory for \(SocketThreshold.timeWait) s")
  }
}

/// Whether the kernel has room for all that should go to TIME_WAIT.
struct TimeWaitBucketsCheck: SocketCheck {
  func findings(on facts: SocketFacts) -> [Finding] {
    guard let maximum = facts.settings[.tcpMaxTimeWaitBuckets] else {
      return [.unchecked(.timeWaitBuckets, "the kernel does not show tcp_max_tw_buckets")]
    }
    let share = Share(part: facts.timeWaitPlaces, whole: maximum)
    let lost = facts.counters.timeWaitOverflow ?? 0
    let now = facts.overflow > 0 ? ", \(facts.overflow) of them while this looked" : ""
    let fact =
      (maximum > 0
        ? "\(share) of the sockets that may be in TIME_WAIT (tcp_max_tw_buckets)"
        : "tcp_max_tw_buckets = 0: no socket goes to TIME_WAIT")
      + (lost > 0 ? "; \(lost) had no room and were closed at once (TCPTimeWaitOverflow)\(now)" : "")
    let consequence =
      "what finds no room ends without TIME_WAIT: no connection fails, but a late packet of an old one can disturb a new one"
    let wider = "\(facts.entering)sysctl -w net.ipv4.tcp_max_tw_buckets=\(max(maximum * 2, TimeWaitBucketsCheck.many))"
    if maximum <= 0 { return [.problem(.timeWaitBuckets, fact, so: consequence, fix: .command(wider))] }
    let fix = Fix.advice("\(TimeWaitCheck.inTheProgram); then, if it must be, `\(wider)`")
    if share.percent >= SocketThreshold.scarce || facts.overflow > 0 {
      return [.problem(.timeWaitBuckets, fact, so: consequence, fix: fix)]
    }
    if lost > 0 {
      return [
        .note(
          .timeWaitBuckets, fact, so: "that was at some time since the network namespace was made; \(consequence)",
          fix: .advice("look again when there is much to do: `\(facts.entering)nstat -az TcpExtTCPTimeWaitOverflow`"))
      ]
    }
    return share.percent >= SocketThreshold.notable
      ? [.note(.timeWaitBuckets, fact, so: consequence, fix: fix)] : [.ok(.timeWaitBuckets, fact)]
  }

  /// The kernel's default where there is memory enough; so many take 70 MB.
  private static let many = 262_144
}
