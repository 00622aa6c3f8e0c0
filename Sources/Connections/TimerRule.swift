// SPDX-License-Identifier: Apache-2.0

public import IPVS

/// What decides how long the timer of a connection is, when a packet of it passes.
public enum TimerRule: Sendable, Hashable {
  /// One of the three timeouts.
  case timeout(Timeouts.Name)
  /// The kernel, at so many seconds.
  case fixed(seconds: UInt32)
  /// The kernel, by a table that nothing can set: SCTP's.
  case kernel
  /// The virtual service: how long it is persistent.
  case service
  /// Something that is not known here.
  case unknown
}

extension TimerRule {
  /// The rule for a kind of connection; the kernel's own are those of `tcp_timeouts` in `ip_vs_proto_tcp.c`.
  public init(for kind: ConnectionKind) {
    self =
      switch (kind.isTemplate, kind.transport, kind.state) {
      case (true, _, _): .service
      case (_, .tcp, .established): .timeout(.tcp)
      case (_, .tcp, .finWait): .timeout(.tcpfin)
      case (_, .udp, .udp): .timeout(.udp)
      case (_, .tcp, .timeWait), (_, .tcp, .synSent), (_, .tcp, .synAck), (_, .tcp, .listen): .fixed(seconds: 120)
      case (_, .tcp, .closeWait), (_, .tcp, .synReceived): .fixed(seconds: 60)
      case (_, .tcp, .lastAck): .fixed(seconds: 30)
      case (_, .tcp, .close): .fixed(seconds: 10)
      case (_, .tcp, .none): .fixed(seconds: 2)
      case (_, .sctp, _): .kernel
      default: .unknown
      }
  }
}
