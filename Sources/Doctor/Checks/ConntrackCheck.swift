// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS
internal import Text

/// Whether conntrack forgets connections that IPVS still knows; it never remembers them longer.
///
/// Only with `net.ipv4.vs.conntrack`, and only if something else uses conntrack, do both know a connection. When IPVS forgets it, conntrack does, too. When conntrack
/// forgets it, IPVS goes on. TIME_WAIT does not count: the connection is over.
struct ConntrackCheck: DirectorCheck {
  let check = CheckID.conntrack

  /// Which of conntrack's timeouts are for connections whose timer a timeout of IPVS sets.
  private static let pairs: [(setting: KernelSetting, name: Timeouts.Name)] = [
    (.conntrackEstablished, .tcp), (.conntrackFinWait, .tcpFin), (.conntrackCloseWait, .tcpFin),
    (.conntrackUDP, .udp), (.conntrackUDPStream, .udp),
  ]

  func findings(on facts: DirectorFacts) throws(DirectorError) -> [Finding] {
    guard facts.isInUse else { return [] }
    let settings = try facts.settings.get()
    guard let value = settings[.conntrack] else {
      return [.ok(check, "IPVS in this kernel does not use conntrack")]
    }
    guard value != 0 else {
      return [.ok(check, "\(KernelSetting.conntrack.rawValue) = 0: IPVS keeps its connections out of conntrack")]
    }
    let pairs = ConntrackCheck.pairs.filter { settings[$0.setting] != nil }
    guard !pairs.isEmpty else {
      return [.ok(check, "\(KernelSetting.conntrack.rawValue) = 1, but conntrack is not loaded")]
    }
    if let reason = try idle(settings, facts) { return [.ok(check, reason)] }
    let owner = facts.settingsOwner
    let shorter = pairs.filter { pair in
      guard let timeout = facts.timeouts[pair.name], settings[pair.setting] ?? 0 < timeout.seconds else { return false }
      // With its own settings, a program gets what it expects. A timeout that somebody has changed is another matter.
      return owner == nil || facts.timeouts[pair.name] != Timeouts.kernelDefault[pair.name]
    }
    guard !shorter.isEmpty else {
      return [.ok(check, owner?.conntrackFact ?? "conntrack forgets connections when IPVS does, and not before")]
    }
    return [note(shorter, settings, facts)]
  }

  /// Why conntrack forgets nothing before IPVS does: it knows no connection; `nil` if it does, or may have.
  private func idle(_ settings: KernelSettings, _ facts: DirectorFacts) throws(DirectorError) -> String? {
    guard settings[.conntrackCount] == 0 else { return nil }
    let tallies = try facts.connections.get().tallies
    let fact = "\(KernelSetting.conntrack.rawValue) = 1, but conntrack knows no connection here"
    guard !tallies.isEmpty else { return "\(fact), and neither does IPVS" }
    guard tallies.contains(where: { isFresh($0, settings) }) else { return nil }
    return "\(fact) (nf_conntrack_count = 0), although IPVS does: nothing in this network namespace uses conntrack"
  }

  /// Whether one of the connections had a packet so recently that conntrack cannot have forgotten it.
  private func isFresh(_ tally: ConnectionTally, _ settings: KernelSettings) -> Bool {
    guard case .timeout(let name) = tally.rule, let timer = tally.limit?.seconds else { return false }
    let memory = ConntrackCheck.pairs.filter { $0.name == name }.compactMap { settings[$0.setting] }.min() ?? 0
    // With direct routing it remembers a connection for 120 s, whatever its settings.
    return timer - min(tally.longest, timer) < min(memory, 60)
  }

  private func note(
    _ shorter: [(setting: KernelSetting, name: Timeouts.Name)], _ settings: KernelSettings, _ facts: DirectorFacts
  ) -> Finding {
    let held = Timeouts.Name.allCases.compactMap { name -> String? in
      let settings = shorter.filter { $0.name == name }.map {
        "\($0.setting.shortName) \(settings.text($0.setting) ?? "") s"
      }
      guard !settings.isEmpty, let timeout = facts.timeouts[name] else { return nil }
      return "\(settings.joined(separator: " and ")), \(name.rawValue) \(timeout.seconds) s"
    }
    let assignments = shorter.map { "\($0.setting.rawValue)=\(facts.timeouts[$0.name]?.seconds ?? 0)" }
    return .note(
      check, "conntrack forgets connections before IPVS does: \(held.joined(separator: "; "))",
      so: "NAT still works, but firewall rules see the next packet as a new connection (as INVALID with"
        + " nf_conntrack_tcp_loose=0), and masquerading may give it another address or port",
      fix: .command(facts.entering + "sysctl -w \(assignments.joined(separator: " "))"))
  }
}
