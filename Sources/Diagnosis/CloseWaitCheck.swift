// SPDX-License-Identifier: Apache-2.0

internal import Host

/// Which program does not close what the other end has closed.
struct CloseWaitCheck: SocketCheck {
  func findings(on facts: SocketFacts) -> [Finding] {
    let services = facts.services.filter(\.isLeavingMany).sorted { $0.counts[.closeWait] > $1.counts[.closeWait] }
    guard services.isEmpty else { return told(services, .closeWait) { finding($0, facts) } }
    return [.ok(.closeWait, few(.closeWait, facts, SocketThreshold.unclosed))]
  }

  private func finding(_ service: SocketService, _ facts: SocketFacts) -> Finding {
    let count = service.counts[.closeWait]
    let fact =
      "\(service.place): \(count) sockets in CLOSE_WAIT: the other end has closed, and \(facts.program(of: service)) has not"
    let consequence =
      "each keeps a descriptor of the program for as long as the program runs; no setting of the kernel ends it"
    let cure =
      "in the program, close a connection when reading from it gives its end; to see them:"
      + " `ss -tnp state close-wait \(service.filter)`"
    return count >= SocketThreshold.leaking
      ? .problem(.closeWait, fact, so: consequence, cure: cure)
      : .note(.closeWait, fact, so: "if they stay, \(consequence)", cure: cure)
  }
}
