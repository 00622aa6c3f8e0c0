// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS
internal import Text

/// No connection has a longer timer than the timeouts allow.
struct OutdatedCheck: DirectorCheck {
  let check = CheckID.outdated

  func findings(on facts: DirectorFacts) throws(DirectorError) -> [Finding] {
    guard facts.isInUse else { return [] }
    let summary = try facts.connections.get()
    return [outdated(summary, facts)] + synced(summary, facts)
  }

  private func outdated(_ summary: ConnectionSummary, _ facts: DirectorFacts) -> Finding {
    guard summary.outdated > 0 else { return .ok(check, "no connection is outdated (still on the old timer)") }
    let counts: [String] = Timeouts.Name.allCases.compactMap { name in
      let count = summary.tallies.reduce(0) { $1.rule == .timeout(name) ? $0 + $1.outdated : $0 }
      return count > 0 ? "\(count) of \(name.rawValue)" : nil
    }
    let words = summary.outdated.counted("connection") + (summary.outdated == 1 ? " is" : " are")
    let lost = facts.lost.outdated
    let except = lost > 0 ? ", except \(lost) to removed real servers" : ""
    return .note(
      check,
      "\(words) outdated (still on the old timer): \(counts.joined(separator: ", "));"
        + " the last silent one ends in \(DurationText.range(summary.lastEnd, summary.latestEnd))",
      so: "each gets today's timeout at its next packet\(except); an idle one ends when its old timer does, or up to an"
        + " eighth later",
      fix: fix(facts))
  }

  /// A renewal, except where a sync daemon from another director has the connections, or where there is no netlink.
  private func fix(_ facts: DirectorFacts) -> Fix {
    guard facts.backend != .sockopt, let daemons = try? facts.daemons.get(), !daemons.hasBackup else {
      return .advice("nothing to do; to wait until none is left: `ipvs-timeout connections --wait\(facts.option)`")
    }
    return .command("ipvs-timeout renew\(facts.option)")
  }

  private func synced(_ summary: ConnectionSummary, _ facts: DirectorFacts) -> [Finding] {
    let count = summary.tallies.reduce(0) { $0 + $1.synced }
    guard count > 0 else { return [] }
    return [
      .note(
        check, "\(count.counted("connection")) from the sync daemon \(count == 1 ? "has" : "have") a longer timer",
        so: "the timer comes from the director that sent the connection; its timeouts are longer",
        fix: .advice("on that director: `ipvs-timeout set \(facts.timeouts.values)`"))
    ]
  }
}

/// No connection goes to a real server that its service no longer has.
struct RemovedServersCheck: DirectorCheck {
  let check = CheckID.removedServers

  func findings(on facts: DirectorFacts) throws(DirectorError) -> [Finding] {
    guard facts.isInUse else { return [] }
    _ = try facts.connections.get()
    let lost = facts.lost
    guard lost.count > 0 else { return [.ok(check, "no connection goes to a removed real server")] }
    let words = "\(lost.count.counted("connection")) \(lost.count == 1 ? "goes" : "go")"
    let fact =
      "\(words) to real servers that their service no longer has; the last one ends in"
      + " \(DurationText.range(lost.lastEnd, lost.latestEnd))"
    // 2 and more are the same as 1.
    if let settings = try? facts.settings.get(), settings[.expireNodestConn] ?? 0 != 0 {
      return [.ok(check, "\(fact), or at its next packet (expire_nodest_conn = 1)")]
    }
    return [
      .note(
        check, fact,
        so: "IPVS drops their packets, which restart no timer; shorter timeouts do not end them sooner",
        fix: .advice(
          "to end them at their next packet: `\(facts.entering)sysctl -w \(KernelSetting.expireNodestConn.rawValue)=1`")
      )
    ]
  }
}

/// At most half of the TCP connections are in states that no timeout governs.
struct FixedStatesCheck: DirectorCheck {
  /// Above this share, in percent, a change of the timeouts leaves more of the table unchanged than it changes.
  static let share = 50
  /// Of fewer connections a share means nothing: one that has just ended would be all of them.
  static let least = 10

  let check = CheckID.fixedStates

  func findings(on facts: DirectorFacts) throws(DirectorError) -> [Finding] {
    guard facts.isInUse else { return [] }
    let tallies = try facts.connections.get().tallies.filter { $0.kind.transport == .tcp && !$0.kind.isTemplate }
    let fixed = tallies.filter(\.isFixed)
    let all = tallies.reduce(0) { $0 + $1.count }
    let count = fixed.reduce(0) { $0 + $1.count }
    guard all > 0 else { return [.ok(check, "no TCP connection in IPVS' table")] }
    let words = "\(count) of \(all.counted("TCP connection")) (\(count * 100 / all) %)"
    let fact = "\(words) \(count == 1 ? "is in a state" : "are in states") with a timer that the kernel fixes"
    guard all >= FixedStatesCheck.least, count * 100 > all * FixedStatesCheck.share,
      let largest = fixed.max(by: { $0.count < $1.count })
    else { return [.ok(check, fact)] }
    return [note("\(fact), most in \(largest.kind.state.rawValue)", largest, facts)]
  }

  private func note(_ fact: String, _ largest: ConnectionTally, _ facts: DirectorFacts) -> Finding {
    guard case .fixed(let seconds) = largest.rule, largest.kind.state == .timeWait else {
      return .note(check, fact, so: "no timeout governs them, so setting the timeouts does not change them")
    }
    let consequence = "tcpfin does not change them: it governs FIN_WAIT, and TIME_WAIT lasts \(seconds) s"
    let pooling = "in the clients, use fewer connections: keep them open and reuse them"
    guard let servers = try? facts.services.get().servers, servers.keys.contains(where: \.sendsBothFINs) else {
      return .note(check, fact, so: consequence, fix: .advice(pooling))
    }
    return .note(
      check, fact,
      so: "\(consequence); with NAT (Masq) the director sees both ends close, so connections end in TIME_WAIT",
      fix: .advice(
        "\(pooling); or use direct routing or a tunnel (ipvsadm -g, -i): there FIN_WAIT is the last state, and"
          + " tcpfin governs it"))
  }
}

extension ConnectionTally {
  fileprivate var isFixed: Bool {
    if case .fixed = rule { true } else { false }
  }
}

extension ServiceCounts.ServerKind {
  /// Whether the server's packets pass the director, for TCP.
  fileprivate var sendsBothFINs: Bool { method == .nat && [.tcp, .any].contains(transport) }
}
