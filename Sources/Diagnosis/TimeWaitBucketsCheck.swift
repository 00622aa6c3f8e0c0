// SPDX-License-Identifier: Apache-2.0

internal import Host

/// Whether the kernel has room for all that should go to TIME_WAIT.
struct TimeWaitBucketsCheck: SocketCheck {
  func findings(on facts: SocketFacts) -> [Finding] {
    guard let most = facts.settings[.tcpMaxTimeWaitBuckets] else {
      return [.unchecked(.timeWaitBuckets, "the kernel does not show tcp_max_tw_buckets")]
    }
    let share = Share(part: facts.timeWaitPlaces, whole: most)
    let lost = facts.counters.timeWaitOverflow ?? 0
    let now = facts.overflow > 0 ? ", \(facts.overflow) of them while this looked" : ""
    let fact =
      (most > 0
        ? "\(share) of the sockets that may be in TIME_WAIT (tcp_max_tw_buckets)"
        : "tcp_max_tw_buckets = 0: no socket goes to TIME_WAIT")
      + (lost > 0 ? "; \(lost) had no room and were closed at once (TCPTimeWaitOverflow)\(now)" : "")
    let consequence =
      "what finds no room ends without TIME_WAIT: no connection fails, but a late packet of an old one can disturb a new one"
    let wider = "\(facts.entering)sysctl -w net.ipv4.tcp_max_tw_buckets=\(max(most * 2, TimeWaitBucketsCheck.many))"
    if most <= 0 { return [.problem(.timeWaitBuckets, fact, so: consequence, cure: wider)] }
    let cure = "\(TimeWaitCheck.inTheProgram); then, if it must be, `\(wider)`"
    if share.percent >= SocketThreshold.scarce || facts.overflow > 0 {
      return [.problem(.timeWaitBuckets, fact, so: consequence, cure: cure)]
    }
    if lost > 0 {
      return [
        .note(
          .timeWaitBuckets, fact, so: "that was at some time since the network namespace was made; \(consequence)",
          cure: "look again when there is much to do: `\(facts.entering)nstat -az TcpExtTCPTimeWaitOverflow`")
      ]
    }
    return share.percent >= SocketThreshold.notable
      ? [.note(.timeWaitBuckets, fact, so: consequence, cure: cure)] : [.ok(.timeWaitBuckets, fact)]
  }

  /// The kernel's default where there is memory enough; so many take 70 MB.
  private static let many = 262_144
}
