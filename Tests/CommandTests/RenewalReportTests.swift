// SPDX-License-Identifier: Apache-2.0

import Directors
import Testing
import Text

@testable import IPVS
@testable import ipvs_timeout

/// The reports on renewed connections, word for word.
@Suite struct RenewalReportTests {
  private static func report(_ fill: (inout RenewalReport) -> Void) -> RenewalReport {
    var report = RenewalReport()
    fill(&report)
    return report
  }

  private static let full = report {
    ($0.count, $0.renewed, $0.outdated, $0.gone, $0.recreated, $0.silentTooLong) = (30, 7, 3, 4, 2, 5)
    $0.kept = [.aboutToEnd: 1, .mixedAddressFamilies: 2, .ftpControl: 3, .template: 4, .fixedState: 5]
  }

  static let sentences: [(RenewalReport, Bool, String)] = [
    (report { _ in }, false, "renewed 0 of 0 connections"),
    (report { ($0.count, $0.renewed) = (1, 1) }, false, "renewed 1 of 1 connection"),
    (report { ($0.count, $0.renewed) = (9, 7) }, false, "renewed 7 of 9 connections"),
    (report { ($0.count, $0.renewed) = (9, 7) }, true, "would renew 7 of 9 connections"),
    (report { ($0.count, $0.renewed, $0.silentTooLong) = (9, 7, 0) }, true, "would renew 7 of 9 connections"),
    (
      report { ($0.count, $0.renewed, $0.silentTooLong) = (9, 7, 3) }, true,
      "would renew 7 of 9 connections; 3 of them silent for longer than the new timeout"
    ),
    // After it, they have the new timeout, and nobody knows whether they end.
    (report { ($0.count, $0.renewed, $0.silentTooLong) = (9, 7, 3) }, false, "renewed 7 of 9 connections"),
    (
      report { ($0.count, $0.renewed, $0.outdated) = (9, 7, 2) }, false,
      "renewed 7 of 9 connections; 2 still on the old timer"
    ),
    (
      report {
        ($0.count, $0.renewed) = (9, 8)
        $0.kept = [.template: 1]
      }, false, "renewed 8 of 9 connections; 1 keeps its timer (1 template)"
    ),
    (
      report {
        ($0.count, $0.renewed) = (9, 7)
        $0.kept = [.template: 1, .fixedState: 1]
      }, true, "would renew 7 of 9 connections; 2 keep their timers (1 fixed-state, 1 template)"
    ),
    (
      full, false,
      "renewed 7 of 30 connections; 3 still on the old timer; 15 keep their timers (5 fixed-state, 4 template,"
        + " 3 ftp-control, 2 mixed-address-families, 1 about-to-end); 4 ended or changed state at the same time;"
        + " 2 had just ended, and will be removed within a second"
    ),
    (
      report { ($0.count, $0.renewed, $0.isInterrupted) = (9, 7, true) }, false,
      "renewed 7 of 9 connections; a signal ended the renewal early, so these numbers are incomplete"
    ),
  ]

  @Test(arguments: sentences)
  func `is a sentence for people`(report: RenewalReport, isDryRun: Bool, sentence: String) {
    #expect(report.sentence(isDryRun: isDryRun) == sentence)
    for (target, name) in [(nil, ""), (NamespaceTarget(.named("blue")), "blue: ")] as [(NamespaceTarget?, String)] {
      let whole = TimeoutsReport(target: target, backend: .netlink, content: .renewal(report, isDryRun: isDryRun))
      #expect(TimeoutsFormat.text.render(whole).string == name + sentence + "\n")
    }
  }

  @Test func `is JSON for programs, with every key`() {
    let whole = TimeoutsReport(backend: .netlink, content: .renewal(Self.full, isDryRun: false))
    #expect(
      TimeoutsFormat.json.render(whole).string.anonymous
        == #"{"netns":"host","backend":"netlink","connections":30,"renewed":7,"silent_too_long":5,"outdated":3,"#
        + #""gone":4,"recreated":2,"kept":{"fixed_state":5,"template":4,"ftp_control":3,"mixed_address_families":2,"#
        + #""about_to_end":1},"dry_run":false}"# + "\n")
  }

  @Test func `is JSON with every key even if nothing is known`() {
    let target = NamespaceTarget(.named("blue"))
    let whole = TimeoutsReport(target: target, backend: .netlink, content: .renewal(RenewalReport(), isDryRun: true))
    #expect(
      TimeoutsFormat.json.render(whole).string.anonymous
        == #"{"netns":"blue","backend":"netlink","connections":0,"renewed":0,"silent_too_long":null,"outdated":0,"#
        + #""gone":0,"recreated":0,"kept":{"fixed_state":0,"template":0,"ftp_control":0,"mixed_address_families":0,"#
        + #""about_to_end":0},"dry_run":true}"# + "\n")
  }

  @Test func `is no metric`() {
    let reports = [
      TimeoutsReport(backend: .netlink, content: .timeouts(.kernelDefault)),
      TimeoutsReport(backend: .netlink, content: .renewal(Self.full, isDryRun: false)),
    ]
    #expect(TimeoutsFormat.prometheus.render(reports).string == TimeoutsFormat.prometheus.render(reports[0]).string)
  }

  /// Exit status 1 only if a connection should have a new timer and has none.
  @Test(arguments: [(0, false, 0), (1, false, 1), (3, true, 0)] as [(Int, Bool, Int32)])
  func `has an exit status`(outdated: Int, isDryRun: Bool, status: Int32) {
    let report = Self.report { ($0.count, $0.renewed, $0.gone, $0.outdated) = (9, 4, 2, outdated) }
    let whole = TimeoutsReport(backend: .netlink, content: .renewal(report, isDryRun: isDryRun))
    #expect(whole.status.rawValue == status)
    #expect(whole.failure == nil)
    #expect(whole.isOfChange == !isDryRun)
    #expect(whole.isChanged)
  }

  /// All connections, the renewed ones, the ones that were silent for too long, and the sentences about them.
  @Test(
    arguments: [
      (9, 7, 0, false, "7 of 9 connections will get the new timeout now; none of them was silent for longer than that"),
      (
        9, 7, 1, true,
        "7 of 9 connections will get the new timeout now; 1 of them was silent for longer than that, and ends unless a"
          + " packet arrives"
      ),
      (
        30, 30, 3, false,
        "30 of 30 connections will get the new timeout now; 3 of them were silent for longer than that, and end unless"
          + " a packet arrives"
      ),
      (
        29, 29, 3, true,
        "29 of 29 connections will get the new timeout now; 3 of them were silent for longer than that, and end unless"
          + " a packet arrives"
      ),
      (0, 0, 0, false, "0 of 0 connections will get the new timeout now; none of them was silent for longer than that"),
    ] as [(Int, Int, Int, Bool, String)])
  func `a plan is reported first, and more than a tenth needs a yes`(
    count: Int, renewed: Int, silent: Int, isCutting: Bool, sentence: String
  ) {
    var plan = RenewalPlan()
    // In two namespaces.
    plan.add(Self.report { ($0.count, $0.renewed, $0.silentTooLong) = (count, renewed, silent) })
    plan.add(RenewalReport())
    #expect(plan.renewed == renewed)
    #expect(plan.isCutting == isCutting)
    #expect(plan.sentence == sentence)
  }

  @Test func `a plan has the words for the question`() {
    var plan = RenewalPlan()
    plan.add(Self.report { ($0.count, $0.renewed, $0.silentTooLong) = (3, 3, 1) })
    #expect(plan.cut == "1 of 3 connections was silent for longer than the new timeout, and would end")
    plan.add(Self.report { ($0.count, $0.renewed, $0.silentTooLong) = (6, 6, 4) })
    #expect(plan.cut == "5 of 9 connections were silent for longer than the new timeout, and would end")
  }
}
