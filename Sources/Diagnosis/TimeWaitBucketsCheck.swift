// SPDX-License-Identifier: Apache-2.0

internal import Host

/// Whether the kernel has room for all that should go to TIME_WAIT.
struct TimeWaitBucketsCheck: SocketCheck {
  func findings(on facts: SocketFacts) -> [Finding] {
    guard let most = facts.settings[.tcpMaxTimeWaitBuckets] else {
      return [.unchecked(.timeWaitBuckets, "the kernel does not show tcp_max_tw_buckets")]
    }
    let share = Share(part: facts.counts[.timeWait], whole: most)
    let overflow = facts.timeWaitOverflow ?? 0
    let fact =
      "\(share) of the sockets that may be in TIME_WAIT (tcp_max_tw_buckets)"
      + (overflow > 0 ? "; \(overflow) had no room and were closed at once (TCPTimeWaitOverflow)" : "")
    let consequence =
      "what finds no room ends without TIME_WAIT: no connection fails, but a late packet of an old one can disturb a new one"
    let cure =
      "\(TimeWaitCheck.inTheProgram); then, if it must be, `sysctl -w net.ipv4.tcp_max_tw_buckets=\(max(most, 1) * 2)`"
    if share.percent >= SocketThreshold.scarce {
      return [.problem(.timeWaitBuckets, fact, so: consequence, cure: cure)]
    }
    if overflow > 0 {
      return [
        .note(
          .timeWaitBuckets, fact, so: "that was at some time since the network namespace was made; \(consequence)",
          cure: "look again when there is much to do: `nstat -az TcpExtTCPTimeWaitOverflow`")
      ]
    }
    return share.percent >= SocketThreshold.notable
      ? [.note(.timeWaitBuckets, fact, so: consequence, cure: cure)] : [.ok(.timeWaitBuckets, fact)]
  }
}
