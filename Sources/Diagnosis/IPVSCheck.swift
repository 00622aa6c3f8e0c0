// SPDX-License-Identifier: Apache-2.0

internal import Directors

/// IPVS is there and talks to the caller; else there would be no facts.
struct IPVSCheck: DirectorCheck {
  let check = Check.ipvs

  func findings(on facts: DirectorFacts) -> [Finding] {
    [.ok(check, "IPVS answers, by \(facts.backend.words)")]
  }
}

extension BackendChoice {
  fileprivate var words: String { self == .ipvsadm ? "the program ipvsadm" : "netlink" }
}
