// SPDX-License-Identifier: Apache-2.0

internal import IPVS

/// Which program keeps connections open that the other end has closed, or does not accept new ones.
struct CloseWaitCheck: SocketCheck {
  func findings(on facts: SocketFacts) -> [Finding] {
    let leaving = facts.services.filter(\.isLeavingMany).sorted { $0.unclosed > $1.unclosed }
    let waiting = facts.services.filter(\.isAcceptingFew).sorted { $0.counts.unaccepted > $1.counts.unaccepted }
    guard leaving.isEmpty, waiting.isEmpty else {
      return largest(leaving, .closeWait, facts) { unclosed($0, facts) }
        + largest(waiting, .closeWait, facts) { unaccepted($0, facts) }
    }
    return [.ok(.closeWait, few(.closeWait, facts, SocketThreshold.unclosed))]
  }

  private func unclosed(_ service: SocketService, _ facts: SocketFacts) -> Finding {
    let count = service.unclosed
    let fact =
      "\(service.place): \(count) sockets in CLOSE_WAIT: the other end has closed, and"
      + " \(facts.program(of: service, .closeWait)) has not"
    let consequence = "each uses a descriptor until the program closes it or ends; no kernel setting ends it"
    let fix = Fix.advice(
      "in the program, close a connection when a read returns its end; to see them:"
        + " `\(facts.entering)ss -tnp state close-wait \(service.filter)`")
    return count >= SocketThreshold.leaking
      ? .problem(.closeWait, fact, so: consequence, fix: fix)
      : .note(.closeWait, fact, so: "if they stay, \(consequence)", fix: fix)
  }

  /// About connections that the program has not accepted.
  private func unaccepted(_ service: SocketService, _ facts: SocketFacts) -> Finding {
    let count = service.counts.unaccepted
    let fact =
      "\(service.place): \(count) sockets in CLOSE_WAIT that were never accepted: the client has closed, and"
      + " \(facts.program(of: service, .listen)) listens but has not accepted them"
    let consequence =
      "the program hangs or is too slow: its clients give up, and when its queue is full, new ones fail"
    let fix = Fix.advice(
      "find out what the program waits for; its queue (Recv-Q) and the limit (Send-Q):"
        + " `\(facts.entering)ss -tnlp 'sport = :\(service.name.endpoint.port)'`")
    return count >= SocketThreshold.leaking
      ? .problem(.closeWait, fact, so: consequence, fix: fix)
      : .note(.closeWait, fact, so: "if they stay, \(consequence)", fix: fix)
  }
}

/// Which services have clients or servers that do not close what this host has closed.
struct FinWaitCheck: SocketCheck {
  func findings(on facts: SocketFacts) -> [Finding] {
    let services = facts.services.filter(\.isWaitingForMany).sorted { $0.counts[.finWait2] > $1.counts[.finWait2] }
    guard services.isEmpty else { return largest(services, .finWait, facts) { finding($0, facts) } }
    return [.ok(.finWait, few(.finWait2, facts, SocketThreshold.closing))]
  }

  private func finding(_ service: SocketService, _ facts: SocketFacts) -> Finding {
    let limit = facts.settings[.tcpFinTimeout].map { " (\($0) s)" } ?? ""
    return .note(
      .finWait,
      "\(service.place): \(service.counts[.finWait2]) sockets in FIN_WAIT2: this host has closed, and the other end has not",
      so: "the program at the other end does not close; the kernel ends sockets without a program after"
        + " tcp_fin_timeout\(limit), the others stay",
      fix: .advice(
        "in the program at the other end, close a connection when a read returns its end; to see them:"
          + " `\(facts.entering)ss -tnp state fin-wait-2 \(service.filter)`"))
  }
}
