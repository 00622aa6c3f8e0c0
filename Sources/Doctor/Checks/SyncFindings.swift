// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS

/// What the sync daemons of a director do to how entries end.
enum SyncFindings {
  static func all(_ check: CheckID, on facts: DirectorFacts, _ settings: KernelSettings) -> [Finding] {
    do throws(DirectorError) {
      let daemons = try facts.daemons.get()
      let master = daemons.hasMaster ? master(check, facts, settings) : nil
      let backup = daemons.hasBackup ? backup(check, facts.timeouts) : nil
      return [master, backup].compactMap(\.self)
    } catch {
      return [.unchecked(check, error.description)]
    }
  }

  /// A slow connection is sent at its third packet and then not for 50 more, when a backup may have forgotten it.
  ///
  /// Only without a period of packets does the kernel send it because time has passed.
  private static func master(_ check: CheckID, _ facts: DirectorFacts, _ settings: KernelSettings) -> Finding? {
    let threshold = settings.text(.syncThreshold)?.split { !$0.isNumber }.compactMap { Int($0) } ?? []
    guard threshold.count == 2, let refresh = settings[.syncRefreshPeriod] else { return nil }
    let fact = "the sync daemon sends a connection to other directors"
    guard threshold[1] > 0 || refresh == 0 else {
      return .ok(check, "\(fact) again when its timer has moved by \(refresh) s")
    }
    // For a short timeout ten seconds would be too late.
    let shortest = Timeouts.Name.allCases.compactMap { facts.timeouts[$0]?.seconds }.min() ?? 30
    let again = threshold[1] > 0 ? "and again every \(threshold[1]) packets" : "and not again"
    return .note(
      check, "\(fact) at packet \(threshold[0]) \(again) (sync_threshold)",
      so:
        "a backup forgets a connection with fewer packets within its timeout, though it lives here; a failover cuts it",
      fix: .command(
        facts.entering + "sysctl -w \(KernelSetting.syncThreshold.rawValue)=\"\(threshold[0]) 0\""
          + " \(KernelSetting.syncRefreshPeriod.rawValue)=\(max(1, min(10, shortest / 3)))"))
  }

  private static func backup(_ check: CheckID, _ timeouts: Timeouts) -> Finding {
    .note(
      check, "a backup sync daemon runs here",
      so: "a connection from the other director keeps the timer from there (with sync_version=0 there: a timer from"
        + " here) until a packet passes here",
      fix: .advice("on the other director, too: `ipvs-timeout set \(timeouts.values)`"))
  }
}
