// SPDX-License-Identifier: Apache-2.0

package import Directors

/// A check, by the name that its findings carry.
package enum CheckID: String, CaseIterable, Sendable {
  /// Whether IPVS is there, talks to the caller, and has anything to do.
  case ipvs
  /// What the timeouts are.
  case timeouts
  /// Sockets of the host's own in TIME_WAIT, by service.
  case timeWait = "time-wait"
  /// Connections that the other end has closed, and a program here has not.
  case closeWait = "close-wait"
  /// Connections that this end has closed, and the other has not.
  case finWait = "fin-wait"
  /// How many of the ports for outgoing connections are taken.
  case ports
  /// How many of the sockets that may be in TIME_WAIT are.
  case timeWaitBuckets = "tw-buckets"
  /// What the kernel's settings of TCP are that are blamed, or copied, where there is much TIME_WAIT.
  case tcpSettings = "tcp-settings"
  /// Whether the timeouts are as the policy wants, and stay so.
  case policy
  /// Whether other network namespaces use IPVS with other timeouts.
  case namespaces
  /// Which connections are still on a longer timer.
  case outdated
  /// How many connections are in states that no timeout rules.
  case fixedStates = "fixed-states"
  /// Whether idle connections are cut while both ends believe in them.
  case keepalive
  /// Whether conntrack forgets connections before IPVS does.
  case conntrack
  /// Which settings of the kernel's change how entries end.
  case settings
  /// Who writes the timeouts next.
  case writers
}

/// One look at the facts about a director.
protocol DirectorCheck: Sendable {
  /// What its findings are called.
  var check: CheckID { get }

  /// What follows from the facts: at least one finding.
  ///
  /// - Throws: ``DirectorError``, where a fact that it rests on could not be had.
  func findings(on facts: DirectorFacts) throws(DirectorError) -> [Finding]
}

/// One look at the facts about the host's own sockets.
protocol SocketCheck: Sendable {
  /// What follows from the facts: at least one finding.
  func findings(on facts: SocketFacts) -> [Finding]
}

extension SocketCheck {
  /// A finding for each of the first things, which are the largest, and one for the others together.
  func told<Thing>(
    _ things: [Thing], _ check: CheckID, _ facts: SocketFacts, _ finding: (Thing) -> Finding
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
package enum SocketDiagnosis {
  /// From how many sockets in TIME_WAIT on it is worth to look at the sockets.
  package static let notable = SocketThreshold.closing

  private static let checks: [any SocketCheck] = [
    PortsCheck(), TimeWaitBucketsCheck(), CloseWaitCheck(), TimeWaitCheck(), FinWaitCheck(), TCPSettingsCheck(),
  ]

  /// Looks at the facts.
  package static func findings(on facts: SocketFacts) -> [Finding] {
    checks.flatMap { $0.findings(on: facts) }
  }
}

/// What all checks say about one director, in the order in which people should read it.
package enum DirectorDiagnosis {
  private static let checks: [any DirectorCheck] = [
    IPVSCheck(), ServicesCheck(), TimeoutsCheck(), PolicyCheck(), NamespacesCheck(), OutdatedCheck(),
    FixedStatesCheck(), KeepaliveCheck(), ConntrackCheck(), SettingsCheck(), WritersCheck(),
  ]

  /// Looks at the facts.
  package static func findings(on facts: DirectorFacts) -> [Finding] {
    checks.flatMap { check in
      do throws(DirectorError) {
        return try check.findings(on: facts)
      } catch {
        return [.unchecked(check.check, error.description)]
      }
    }
  }

  /// What to say where there are no facts, because IPVS does not answer.
  package static func findings(on error: DirectorError) -> [Finding] {
    [.problem(.ipvs, error.description, so: "nothing else can be checked here", fix: error.fix)]
  }
}
