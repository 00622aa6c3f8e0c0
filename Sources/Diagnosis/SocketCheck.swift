// SPDX-License-Identifier: Apache-2.0

internal import Host

/// One look at the facts about the host's own sockets.
protocol SocketCheck: Sendable {
  /// What follows from the facts: at least one finding.
  func findings(on facts: SocketFacts) -> [Finding]
}

extension SocketCheck {
  /// A finding for each of the first things, which are the largest, and one for the others together.
  func told<Thing>(
    _ things: [Thing], _ check: Check, _ facts: SocketFacts, _ finding: (Thing) -> Finding
  ) -> [Finding] {
    let findings = things.prefix(SocketThreshold.told).map(finding)
    guard things.count > findings.count else { return findings }
    let more = "the same holds for \(things.count - findings.count) more services"
    let command = "ipvs-timeout doctor --sockets --format json\(facts.option)"
    return findings + [.note(check, more, so: "`\(command)` tells of them")]
  }

  /// What there is to say where no service has many sockets in a state.
  func few(_ state: HostSocket.State, _ facts: SocketFacts, _ many: Int) -> String {
    "\(facts.counts[state]) sockets in \(state.name), fewer than \(many) for each service"
  }
}

/// What all checks say about the sockets of one network namespace, in the order in which people should read it.
public enum SocketDiagnosis {
  private static let checks: [any SocketCheck] = [
    PortsCheck(), TimeWaitBucketsCheck(), CloseWaitCheck(), TimeWaitCheck(), FinWaitCheck(), TCPSettingsCheck(),
  ]

  /// Looks at the facts.
  public static func findings(on facts: SocketFacts) -> [Finding] {
    checks.flatMap { $0.findings(on: facts) }
  }
}
