// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS

/// Whether the table of a network namespace has room for new connections.
///
/// When it is full, the kernel drops the first packet of each new connection, and its log and counters show nothing.
/// Linux 7.2 introduced the limit.
struct ConnMaxCheck: DirectorCheck {
  /// A share of the limit, in percent, that is worth a note: with twice the connections, the table is full.
  static let notable = 50
  /// A share, in percent, above which little is left for a burst.
  static let scarce = 80
  /// The largest limit that a kernel with 64 bits accepts.
  private static let most = 1 << 30

  let check = CheckID.connMax

  func findings(on facts: DirectorFacts) throws(DirectorError) -> [Finding] {
    guard facts.isInUse else { return [] }
    let settings = try facts.settings.get()
    guard let maximum = settings[.connMax] else {
      let isHidden = settings.release.map { $0 >= KernelRelease(7, 2) } ?? false
      return [isHidden ? .unseen(check, .connMax) : .ok(check, "this kernel does not limit the number of connections")]
    }
    let share = Share(part: try facts.connections.get().count, whole: maximum)
    let fact = "\(share) of the connections that \(KernelSetting.connMax.rawValue) allows here"
    guard share.percent >= ConnMaxCheck.notable else { return [.ok(check, fact)] }
    let consequence =
      "when the table is full, new connections fail: their first packets are dropped, and the kernel logs nothing"
    let fix = Fix.advice(fix(maximum, share.part, facts))
    return share.percent >= ConnMaxCheck.scarce
      ? [.problem(check, fact, so: consequence, fix: fix)] : [.note(check, fact, so: consequence, fix: fix)]
  }

  private func fix(_ maximum: Int, _ count: Int, _ facts: DirectorFacts) -> String {
    // A limit of 0 is a mistake or a drain: the default of the kernel undoes it.
    let wider = maximum == 0 ? ConnMaxCheck.most : min(ConnMaxCheck.most, max(maximum, count) * 2)
    let shorter = "shorter timeouts, so that idle entries end sooner (TIME_WAIT stays 120 s)"
    guard wider > maximum else { return shorter }
    return
      "`\(facts.entering)sysctl -w \(KernelSetting.connMax.rawValue)=\(wider)`, 288 bytes for each entry; or \(shorter)"
  }
}
