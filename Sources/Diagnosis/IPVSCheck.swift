// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS

/// IPVS is there and talks to the caller; else there would be no facts.
struct IPVSCheck: DirectorCheck {
  let check = Check.ipvs

  func findings(on facts: DirectorFacts) -> [Finding] {
    switch facts.fallback {
    case .none:
      [.ok(check, "IPVS answers, by \(facts.backend == .ipvsadm ? "the program ipvsadm" : "netlink")")]
    case .toIpvsadm(let reason):
      [
        .note(
          check, "IPVS answers only by the program ipvsadm, not by netlink: \(reason)",
          so: "the timeouts are those of whatever that program talks to, and each look at them starts it",
          cure: reason.cure)
      ]
    }
  }
}
