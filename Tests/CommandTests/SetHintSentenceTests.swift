// SPDX-License-Identifier: Apache-2.0

import IPVS
import SystemPackage
import Testing

@testable import ipvs_timeout

/// The hints of `set`, word for word.
@Suite struct SetHintSentenceTests {
  private static let here = [NamespaceTarget(.current)]
  private static let blue = [NamespaceTarget(.named("blue"))]
  private static let both = [NamespaceTarget(.named("blue")), NamespaceTarget(.named("red"))]
  private static let undoing = SetHints.Undoing(
    name: .udp, wanted: 300, line: 3, path: "/etc/ipvs-timeout.conf", isTimed: true)

  private static func idle(
    _ count: Int, _ seconds: UInt32, isComplete: Bool = true, isRenewable: Bool = true
  ) -> SetHints.Idle {
    SetHints.Idle(
      outdated: OutdatedCount(count: count, seconds: seconds, lastEnd: 899, latestEnd: 941), isComplete: isComplete,
      isRenewable: isRenewable)
  }

  @Test(
    arguments: [
      (SetHints(targets: here), []),
      (
        SetHints(targets: here, services: .nowhere(isCertain: true)),
        ["there is no virtual service in this network namespace, nor in any other, so the timeouts have no effect yet"]
      ),
      (
        SetHints(targets: blue, services: .nowhere(isCertain: false)),
        ["there is no virtual service in the network namespace blue, so the timeouts have no effect here"]
      ),
      (
        SetHints(targets: blue, services: .elsewhere([NamespaceTarget(.current)])),
        [
          "there is no virtual service in the network namespace blue, but there is in host; to set the timeouts there, add"
            + " `--netns host`"
        ]
      ),
      (
        SetHints(targets: both, services: .elsewhere(["a", "b c", "d", "e", "f"].map { NamespaceTarget(.named($0)) })),
        [
          "there is no virtual service in these network namespaces, but there is in a, b c, d and 2 more; to set the"
            + " timeouts there, add `--all-netns --in-use`"
        ]
      ),
      (
        SetHints(targets: here, idle: idle(5, 839), undoing: undoing),
        [
          "the policy will undo this within a minute, because line 3 of /etc/ipvs-timeout.conf wants udp 300 s; to keep"
            + " your value, change that line",
          "5 connections are still on the old timer, each until its next packet; the last silent one ends in"
            + " 14m59s to 15m41s; to renew them now: `ipvs-timeout renew`",
        ]
      ),
      (
        SetHints(targets: blue, idle: idle(1, 60)),
        [
          "1 connection is still on the old timer, until its next packet; if silent, it ends in 14m59s to 15m41s; to renew"
            + " them now: `ipvs-timeout renew --netns blue`"
        ]
      ),
      (
        SetHints(targets: both, idle: idle(8000, 839, isComplete: false)),
        [
          "at least 8000 connections are still on the old timer, each until its next packet; to renew them now:"
            + " `ipvs-timeout renew --all-netns`"
        ]
      ),
      (
        SetHints(targets: blue, idle: idle(2, 60, isRenewable: false)),
        [
          "2 connections are still on the old timer, each until its next packet; the last silent one ends in"
            + " 14m59s to 15m41s; see `ipvs-timeout connections --netns blue`"
        ]
      ),
      // Without an answer there is no hint.
      (SetHints(targets: both, idle: idle(0, 0, isComplete: false)), []),
    ] as [(SetHints, [String])])
  func `are short and complete`(hints: SetHints, sentences: [String]) {
    #expect(hints.sentences == sentences)
  }
}
