// SPDX-License-Identifier: Apache-2.0

internal import Host

/// To which services connections are opened and closed again all the time, and by which program.
struct TimeWaitCheck: SocketCheck {
  /// The cure that comes first, whatever else is done.
  static let inTheProgram = "in the program, use connections again (a pool, keep-alive) instead of one for each request"

  func findings(on facts: SocketFacts) -> [Finding] {
    let services = facts.services.filter(\.isClosingMany)
    guard services.isEmpty else {
      return told(services, .timeWait) { $0.name.isLocal ? offered($0) : used($0, facts) }
    }
    return [.ok(.timeWait, few(.timeWait, facts, SocketThreshold.closing))]
  }

  /// About a service elsewhere.
  private func used(_ service: SocketService, _ facts: SocketFacts) -> Finding {
    let count = service.counts[.timeWait]
    let share = service.share(of: facts.ports).map { "; \($0) of the ports for outgoing connections are taken" } ?? ""
    return .note(
      .timeWait,
      "\(service.place): \(count) sockets in TIME_WAIT, as \(service.closer.words)\(share); \(facts.open(service))",
      so: "about \(count / SocketThreshold.timeWait) connections to it a second are opened and closed again, and each"
        + " takes a port for \(SocketThreshold.timeWait) s more, which no setting of Linux changes",
      cure: TimeWaitCheck.inTheProgram + ", or have the other end close first, where it costs no port; to see them:"
        + " `ss -tan state time-wait \(service.filter)`")
  }

  /// About a service of this host's.
  private func offered(_ service: SocketService) -> Finding {
    .note(
      .timeWait,
      "\(service.place): \(service.counts[.timeWait]) sockets in TIME_WAIT, as \(service.closer.words)",
      so:
        "that is harmless for ports, as all have the one of the service; each takes some 270 bytes of the kernel's"
        + " memory for \(SocketThreshold.timeWait) s")
  }
}

extension SocketService.Closer {
  /// Who closes first, in words.
  fileprivate var words: String {
    switch self {
    case .here: "this host closes first"
    case .there: "this host sometimes closes first"
    case .both, .unknown: "sometimes this host closes first, sometimes the other end"
    }
  }
}
