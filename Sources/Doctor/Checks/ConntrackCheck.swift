// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS

/// Whether conntrack forgets connections that IPVS still knows; it never remembers them longer.
///
/// Only with `net.ipv4.vs.conntrack` do both know a connection. When IPVS forgets it, it has conntrack forget it, too; when
/// conntrack does, IPVS goes on. TIME_WAIT does not count: what is over needs no rule.
struct ConntrackCheck: DirectorCheck {
  let check = CheckID.conntrack

  /// Which of conntrack's timeouts are for connections that a timeout of IPVS rules.
  private static let pairs: [(setting: KernelSetting, name: Timeouts.Name)] = [
    (.conntrackEstablished, .tcp), (.conntrackFinWait, .tcpFin), (.conntrackCloseWait, .tcpFin),
    (.conntrackUDP, .udp), (.conntrackUDPStream, .udp),
  ]

  func findings(on facts: DirectorFacts) throws(DirectorError) -> [Finding] {
    let settings = try facts.settings.get()
    guard let switched = settings[.conntrack] else {
      return [.ok(check, "IPVS in this kernel has nothing to do with conntrack")]
    }
    guard switched != 0 else {
      return [.ok(check, "\(KernelSetting.conntrack.rawValue) = 0: IPVS keeps its connections out of conntrack")]
    }
    let pairs = ConntrackCheck.pairs.filter { settings[$0.setting] != nil }
    guard !pairs.isEmpty else {
      return [.ok(check, "\(KernelSetting.conntrack.rawValue) = 1, but conntrack is not loaded")]
    }
    let shorter = pairs.filter { pair in
      facts.timeouts[pair.name].map { settings[pair.setting] ?? 0 < $0.seconds } ?? false
    }
    guard !shorter.isEmpty else {
      return [.ok(check, "conntrack forgets connections when IPVS does, and not before")]
    }
    return [note(shorter, settings, facts)]
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
      so: "they go on by NAT, but firewall rules take the next packet for a new connection (with"
        + " nf_conntrack_tcp_loose=0 for INVALID), and masquerading may give it another address or port",
      fix: .command(facts.entering + "sysctl -w \(assignments.joined(separator: " "))"))
  }
}
