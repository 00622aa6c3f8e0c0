// SPDX-License-Identifier: Apache-2.0

internal import IPVS

/// Which program does not close what the other end has closed, or has not even accepted it.
struct CloseWaitCheck: SocketCheck {
  func findings(on facts: SocketFacts) -> [Finding] {
    let leaving = facts.services.filter(\.isLeavingMany).sorted { $0.unclosed > $1.unclosed }
    let waiting = facts.services.filter(\.isAcceptingFew).sorted { $0.counts.unaccepted > $1.counts.unaccepted }
    guard leaving.isEmpty, waiting.isEmpty else {
      return told(leaving, .closeWait, facts) { unclosed($0, facts) }
        + told(waiting, .closeWait, facts) { unaccepted($0, facts) }
    }
    return [.ok(.closeWait, few(.closeWait, facts, SocketThreshold.unclosed))]
  }

  private func unclosed(_ service: SocketService, _ facts: SocketFacts) -> Finding {
    let count = service.unclosed
    let fact =
      "\(service.place): \(count) sockets in CLOSE_WAIT: the other end has closed, and"
      + " \(facts.program(of: service, .closeWait)) has not"
    let consequence =
      "each keeps a descriptor of the program for as long as the program runs; no setting of the kernel ends it"
    let fix = Fix.advice(
      "in the program, close a connection when reading from it gives its end; to see them:"
        + " `\(facts.entering)ss -tnp state close-wait \(service.filter)`")
    return count >= SocketThreshold.leaking
      ? .problem(.closeWait, fact, so: consequence, fix: fix)
      : .note(.closeWait, fact, so: "if they stay, \(consequence)", fix: fix)
  }

  /// About those that wait to be accepted.
  private func unaccepted(_ service: SocketService, _ facts: SocketFacts) -> Finding {
    let count = service.counts.unaccepted
    let fact =
      "\(service.place): \(count) sockets in CLOSE_WAIT that were never accepted: the other end has closed again, and"
      + " \(facts.program(of: service, .listen)), which listens, has not taken them"
    let consequence =
      "the program hangs, or is too slow: its clients give up, and when its queue is full, no more get in"
    let fix = Fix.advice(
      "find out what the program waits for; how many wait for it (Recv-Q), and how many may (Send-Q):"
        + " `\(facts.entering)ss -tnlp 'sport = :\(service.name.endpoint.port)'`")
    return count >= SocketThreshold.leaking
      ? .problem(.closeWait, fact, so: consequence, fix: fix)
      : .note(.closeWait, fact, so: "if they stay, \(consequence)", fix: fix)
  }
}

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
      fix: .advice(
        "in the other program, close a connection when reading from it gives its end; to see them:"
          + " `\(facts.entering)ss -tnp state fin-wait-2 \(service.filter)`"))
  }
}
