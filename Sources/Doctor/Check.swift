// SPDX-License-Identifier: Apache-2.0

package import Directors

/// A check, by the name of its findings.
package enum CheckID: String, CaseIterable, Sendable {
  /// IPVS is there, answers, and has services.
  case ipvs
  /// The values of the timeouts.
  case timeouts
  /// The host's own sockets in TIME_WAIT, by service.
  case timeWait = "time-wait"
  /// Connections that the other end has closed, and a program here has not.
  case closeWait = "close-wait"
  /// Connections that this end has closed, and the other has not.
  case finWait = "fin-wait"
  /// How many of the ports for outgoing connections are in use.
  case ports
  /// How many of the places for TIME_WAIT are in use.
  case timeWaitBuckets = "tw-buckets"
  /// The TCP settings that web pages recommend against TIME_WAIT.
  case tcpSettings = "tcp-settings"
  /// The timeouts are as the policy wants, and something restores them.
  case policy
  /// Other network namespaces that use IPVS do not lack timeouts that somebody set.
  case namespaces
  /// Connections that are still on a longer timer.
  case outdated
  /// Connections to real servers that their service no longer has.
  case removedServers = "removed-servers"
  /// Connections in states that no timeout governs.
  case fixedStates = "fixed-states"
  /// Persistence that is longer than the timeouts.
  case persistence
  /// Whether idle connections are dropped while both ends still think they are open.
  case keepalive
  /// Whether conntrack forgets connections before IPVS does.
  case conntrack
  /// Whether the table has room for new connections.
  case connMax = "conn-max"
  /// Which kernel settings change how entries end.
  case settings
  /// Which program writes the timeouts next.
  case writers
}

/// A check of the facts about a director.
protocol DirectorCheck: Sendable {
  /// The name of its findings.
  var check: CheckID { get }

  /// What follows from the facts; nothing where the check does not apply.
  ///
  /// - Throws: ``DirectorError``, where a fact that it needs could not be read.
  func findings(on facts: DirectorFacts) throws(DirectorError) -> [Finding]
}

/// A check of the facts about the host's own sockets.
protocol SocketCheck: Sendable {
  /// What follows from the facts: at least one finding.
  func findings(on facts: SocketFacts) -> [Finding]
}

extension SocketCheck {
  /// A finding for each of the first things, which are the largest, and one for the others together.
  func largest<Thing>(
    _ things: [Thing], _ check: CheckID, _ facts: SocketFacts, _ finding: (Thing) -> Finding
  ) -> [Finding] {
    let findings = things.prefix(SocketThreshold.reported).map(finding)
    guard things.count > findings.count else { return findings }
    let more = "the same applies to \(things.count - findings.count) more services"
    let command = "ipvs-timeout doctor --sockets --format json\(facts.option)"
    return findings + [.note(check, more, so: "`\(command)` lists them")]
  }

  /// The fact where no service has many sockets in a state.
  func few(_ state: HostSocket.State, _ facts: SocketFacts, _ many: Int) -> String {
    "\(facts.counts[state]) sockets in \(state.name), fewer than \(many) for each service"
  }
}

/// All checks of the sockets of one network namespace, in the order of the report.
package enum SocketDiagnosis {
  /// From how many sockets in TIME_WAIT on the sockets are worth their own report.
  package static let notable = SocketThreshold.closing

  private static let checks: [any SocketCheck] = [
    PortsCheck(), TimeWaitBucketsCheck(), CloseWaitCheck(), TimeWaitCheck(), FinWaitCheck(), TCPSettingsCheck(),
  ]

  /// Checks the facts.
  package static func findings(on facts: SocketFacts) -> [Finding] {
    checks.flatMap { $0.findings(on: facts) }
  }
}

/// All checks of one director, in the order of the report.
package enum DirectorDiagnosis {
  private static let checks: [any DirectorCheck] = [
    IPVSCheck(), ServicesCheck(), TimeoutsCheck(), PolicyCheck(), NamespacesCheck(), OutdatedCheck(),
    RemovedServersCheck(), FixedStatesCheck(), PersistenceCheck(), KeepaliveCheck(), ConntrackCheck(),
    ConnMaxCheck(), SettingsCheck(), WritersCheck(),
  ]

  /// Checks the facts.
  ///
  /// - Parameters:
  ///   - facts: The facts.
  ///   - isFirst: Whether this is the first of the namespaces that have a report: only that one is compared with the
  ///     others, so that a difference is reported once.
  /// - Returns: The findings.
  package static func findings(on facts: DirectorFacts, isFirst: Bool = true) -> [Finding] {
    checks.filter { isFirst || $0.check != .namespaces }.flatMap { check in
      do throws(DirectorError) {
        return try check.findings(on: facts)
      } catch {
        return [.unchecked(check.check, error.description)]
      }
    }
  }

  /// The finding where there are no facts, because IPVS does not answer.
  package static func findings(on error: DirectorError) -> [Finding] {
    [.problem(.ipvs, error.description, so: "nothing else can be checked here", fix: error.fix)]
  }
}
