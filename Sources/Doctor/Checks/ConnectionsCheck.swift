// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS
internal import Text

/// No connection is on a longer timer than the timeouts allow.
struct OutdatedCheck: DirectorCheck {
  let check = CheckID.outdated

  func findings(on facts: DirectorFacts) throws(DirectorError) -> [Finding] {
    let summary = try facts.connections.get()
    return [outdated(summary, facts)] + synced(summary, facts)
  }

  private func outdated(_ summary: ConnectionSummary, _ facts: DirectorFacts) -> Finding {
    guard summary.outdated > 0 else { return .ok(check, "no connection is outdated") }
    let counts: [String] = Timeouts.Name.allCases.compactMap { name in
      let count = summary.tallies.reduce(0) { $1.rule == .timeout(name) ? $0 + $1.outdated : $0 }
      return count > 0 ? "\(count) by \(name.rawValue)" : nil
    }
    let words = summary.outdated.counted("connection") + (summary.outdated == 1 ? " is" : " are")
    return .note(
      check,
      "\(words) still on a longer timer (\(counts.joined(separator: ", "))),"
        + " and the last ends in \(DurationText.text(summary.lastEnd))",
      so: "each takes today's timeout with its next packet; without one, it ends when its old timer does",
      fix: .command("ipvs-timeout connections --wait\(facts.option)"))
  }

  private func synced(_ summary: ConnectionSummary, _ facts: DirectorFacts) -> [Finding] {
    let count = summary.tallies.reduce(0) { $0 + $1.synced }
    guard count > 0 else { return [] }
    return [
      .note(
        check, "\(count.counted("connection")) from the sync daemon \(count == 1 ? "is" : "are") on a longer timer",
        so: "their timers are those of the director that told of them, whose timeouts are longer",
        fix: .advice("on that director: `ipvs-timeout set \(facts.timeouts.values)`"))
    ]
  }
}

/// Not most of the TCP connections are in states that no timeout rules.
struct FixedStatesCheck: DirectorCheck {
  /// More than this share of the connections, in percent, is worth a note: then a change of the timeouts leaves more of
  /// the table as it is than it changes.
  static let share = 50
  /// Of fewer connections than this a share says nothing: one that has just ended would be all of them.
  static let least = 10

  let check = CheckID.fixedStates

  func findings(on facts: DirectorFacts) throws(DirectorError) -> [Finding] {
    let tallies = try facts.connections.get().tallies.filter { $0.kind.transport == .tcp && !$0.kind.isTemplate }
    let fixed = tallies.filter(\.isFixed)
    let all = tallies.reduce(0) { $0 + $1.count }
    let count = fixed.reduce(0) { $0 + $1.count }
    guard all > 0 else { return [.ok(check, "there are no TCP connections")] }
    let words = "\(count) of \(all.counted("TCP connection")) (\(count * 100 / all) %)"
    let fact = "\(words) \(count == 1 ? "is in a state" : "are in states") that the kernel fixes"
    guard all >= FixedStatesCheck.least, count * 100 > all * FixedStatesCheck.share,
      let largest = fixed.max(by: { $0.count < $1.count })
    else { return [.ok(check, fact)] }
    return [note("\(fact), most in \(largest.kind.state.rawValue)", largest, facts)]
  }

  private func note(_ fact: String, _ largest: ConnectionTally, _ facts: DirectorFacts) -> Finding {
    guard case .fixed(let seconds) = largest.rule, largest.kind.state == .timeWait else {
      return .note(check, fact, so: "no timeout rules them, so that setting the timeouts does nothing for them")
    }
    let consequence = "tcpfin does nothing for them: it rules FIN_WAIT, and TIME_WAIT lasts \(seconds) s"
    let pooling = "in the clients, fewer connections: keep them open and use them again"
    guard let servers = try? facts.services.get().servers, servers.keys.contains(where: \.sendsBothFINs) else {
      return .note(check, fact, so: consequence, fix: .advice(pooling))
    }
    return .note(
      check, fact,
      so: "\(consequence); with NAT (Masq) the director sees both ends close, and connections end there",
      fix: .advice(
        "\(pooling); or direct routing or a tunnel (ipvsadm -g, -i): there FIN_WAIT is the last state, and tcpfin"
          + " rules it"))
  }
}

extension ConnectionTally {
  fileprivate var isFixed: Bool {
    if case .fixed = rule { true } else { false }
  }
}

extension ServiceCounts.ServerKind {
  /// Whether what the server sends passes the director, for TCP.
  fileprivate var sendsBothFINs: Bool { method == .nat && [.tcp, .any].contains(transport) }
}
