// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS
internal import Text

/// Whether idle connections outlive `tcp`.
///
/// They do only if one end sends something sooner, as TCP's keep-alive does.
struct KeepaliveCheck: DirectorCheck {
  let check = CheckID.keepalive

  func findings(on facts: DirectorFacts) throws(DirectorError) -> [Finding] {
    guard facts.isInUse else { return [] }
    guard let current = facts.timeouts.tcp?.seconds else { return [.ok(check, "IPVS here balances no TCP")] }
    // What the policy wants is what will be: if it is not in force, that is another finding.
    let tcp = facts.demand?.timeouts.tcp?.seconds ?? current
    if let services = try? facts.services.get(), services.count > 0, !services.mayHave(.tcp) {
      return [.ok(check, "there is no TCP service here")]
    }
    let settings = try facts.settings.get()
    guard let time = settings[.tcpKeepaliveTime] else { return [.unseen(check, .tcpKeepaliveTime)] }
    let interval = settings[.tcpKeepaliveInterval] ?? 0
    // After each probe, answered or not, the kernel waits for the interval before it checks the time again.
    let pause = max(time, interval)
    let setting: KernelSetting = time >= interval ? .tcpKeepaliveTime : .tcpKeepaliveInterval
    let fact = "\(setting.rawValue) is \(pause) s here, tcp is \(tcp) s\(tcp == current ? "" : " in the policy")"
    guard tcp > pause + interval else {
      let last = time + interval * (settings[.tcpKeepaliveProbes] ?? 0)
      return [
        .note(
          check, fact, so: consequence(tcp, isCut: tcp <= pause),
          fix: .advice(fix(tcp, interval, longerThan: last, facts)))
      ]
    }
    guard tcp == current else { return [] }
    return [.ok(check, "\(fact); what counts are the settings of clients and real servers")]
  }

  private func consequence(_ tcp: UInt32, isCut: Bool) -> String {
    let then =
      isCut
      ? "a connection that is idle for \(DurationText.text(tcp)) is dropped while both ends still think it is open"
      : "an idle connection is dropped when one keep-alive probe is lost"
    return "\(then), if clients and real servers have the same settings (doctor cannot see theirs)"
  }

  private func fix(_ tcp: UInt32, _ interval: Int, longerThan last: Int, _ facts: DirectorFacts) -> String {
    // A third: one probe may be lost and another be late. The longer timeout is a round number that people remember.
    let probe = max(1, tcp / 3)
    let quarter = 900
    let longer = Timeout(seconds: min((last / quarter + 1) * quarter, Int(Timeout.longest.seconds)))
    let settings = [KernelSetting.tcpKeepaliveTime] + (interval > probe ? [.tcpKeepaliveInterval] : [])
    let words = settings.map { "\($0.rawValue)=\(probe)" }.joined(separator: " ")
    let here = facts.advice(for: Timeouts(tcp: longer)).sentence
    return "on clients and real servers `sysctl -w \(words)`, for programs that set SO_KEEPALIVE; or here \(here)"
  }
}

extension ServiceCounts {
  /// Whether connections of a protocol may come: a firewall mark may be of any.
  func mayHave(_ transport: Connection.Transport) -> Bool {
    services.keys.contains { $0 == transport || $0 == .any }
  }
}
