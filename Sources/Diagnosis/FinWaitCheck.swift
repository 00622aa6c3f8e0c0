// SPDX-License-Identifier: Apache-2.0

internal import Host

/// Whose other ends do not close what this end has closed.
struct FinWaitCheck: SocketCheck {
  func findings(on facts: SocketFacts) -> [Finding] {
    let services = facts.services.filter(\.isWaitingForMany).sorted { $0.counts[.finWait2] > $1.counts[.finWait2] }
    guard services.isEmpty else { return told(services, .finWait, facts) { finding($0, facts) } }
    return [.ok(.finWait, few(.finWait2, facts, SocketThreshold.closing))]
  }

  private func finding(_ service: SocketService, _ facts: SocketFacts) -> Finding {
    let limit = facts.settings[.tcpFinTimeout].map { " (\($0) s)" } ?? ""
    return .note(
      .finWait,
      "\(service.place): \(service.counts[.finWait2]) sockets in FIN_WAIT2: this host has closed, and the other end has not",
      so: "it is the other program that does not close; what no program here has any more, the kernel gives up after"
        + " tcp_fin_timeout\(limit), the others stay",
      cure: "in the other program, close a connection when reading from it gives its end; to see them:"
        + " `\(facts.entering)ss -tnp state fin-wait-2 \(service.filter)`")
  }
}
