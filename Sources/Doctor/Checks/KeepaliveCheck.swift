// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS
internal import Text

/// Whether idle connections outlive `tcp`: only if its ends send something sooner, as TCP's keep-alive does.
struct KeepaliveCheck: DirectorCheck {
  let check = CheckID.keepalive

  func findings(on facts: DirectorFacts) throws(DirectorError) -> [Finding] {
    guard let tcp = facts.timeouts.tcp?.seconds else { return [.ok(check, "IPVS here balances no TCP")] }
    let settings = try facts.settings.get()
    guard let time = settings[.tcpKeepaliveTime] else { return [.unseen(check, .tcpKeepaliveTime)] }
    let interval = settings[.tcpKeepaliveInterval] ?? 0
    // After each probe, answered or not, the kernel waits for the interval before it looks at the time again.
    let pause = max(time, interval)
    let rule: KernelSetting = time >= interval ? .tcpKeepaliveTime : .tcpKeepaliveInterval
    let fact = "\(rule.rawValue) is \(pause) s here, tcp is \(tcp) s"
    guard tcp > pause + interval else {
      let last = time + interval * (settings[.tcpKeepaliveProbes] ?? 0)
      return [
        .note(
          check, fact, so: consequence(tcp, isCut: tcp <= pause),
          fix: .advice(fix(tcp, interval, longerThan: last, facts.option)))
      ]
    }
    return [.ok(check, "\(fact); what counts is how it is on clients and real servers")]
  }

  private func consequence(_ tcp: UInt32, isCut: Bool) -> String {
    let then =
      isCut
      ? "a connection idle for \(DurationText.text(tcp)) is cut while both ends believe in it, with keep-alive or without"
      : "an idle connection is cut when one probe of its keep-alive is lost"
    return "where clients and real servers have the same, which cannot be seen from here, \(then)"
  }

  private func fix(_ tcp: UInt32, _ interval: Int, longerThan last: Int, _ option: String) -> String {
    // A third, so that a probe may be lost and another be late; and a round number for people to remember.
    let probe = max(1, tcp / 3)
    let quarter = 900
    let longer = DurationText.text(UInt32(clamping: (last / quarter + 1) * quarter))
    let settings = [KernelSetting.tcpKeepaliveTime] + (interval > probe ? [.tcpKeepaliveInterval] : [])
    let words = settings.map { "\($0.rawValue)=\(probe)" }.joined(separator: " ")
    return "on clients and real servers `sysctl -w \(words)`, for programs that set SO_KEEPALIVE;"
      + " or here `ipvs-timeout set --tcp \(longer)\(option)`"
  }
}
