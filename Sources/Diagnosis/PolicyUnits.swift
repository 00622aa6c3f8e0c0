// SPDX-License-Identifier: Apache-2.0

internal import Host
internal import Text

extension PolicyState {
  /// What is to be known of what applies the policy: nothing where all of it is enabled, or systemd does not run.
  func findings(_ check: Check) -> [Finding] {
    guard let units else { return [] }
    let missing = PolicyState.units.filter { units.state(of: $0) != .enabled }
    guard !missing.isEmpty else { return [] }
    let fact = "\(missing.enumeration) \(missing.count == 1 ? "is" : "are") not enabled"
    return [.note(check, fact, so: PolicyState.consequence(without: missing), cure: cure(missing, units))]
  }

  private static func consequence(without missing: [String]) -> String {
    if missing == units {
      "these units will not apply the policy after a reboot, in a new namespace, or when others have set the timeouts"
    } else if missing.contains("ipvs-timeout.timer") {
      "these units will not bring the timeouts back when others have set them"
    } else {
      "at boot or in a new namespace, the policy may come into force up to a minute late"
    }
  }

  private func cure(_ missing: [String], _ units: SystemdUnits) -> String {
    missing.contains { units.state(of: $0) == .absent }
      ? "install the units (`make install`), then systemctl enable --now \(missing.joined(separator: " "))"
      : "systemctl enable --now \(missing.joined(separator: " "))"
  }
}
