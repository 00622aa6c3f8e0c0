// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Doctor

/// The settings that are copied from page to page.
@Suite struct TCPSettingsCheckTests {
  @Test func `are well as the kernel has them`() {
    #expect(
      findings([:]) == [
        .ok(
          .tcpSettings,
          "tcp_tw_reuse = 2: as 1, but only within this host (127.0.0.0/8, ::1), the default since Linux 4.18;"
            + " it is about outgoing connections only, does not shorten TIME_WAIT, and needs timestamps at both ends"),
        .ok(
          .tcpSettings, "tcp_tw_recycle is not there: Linux 4.12 has removed it, as it broke clients behind NAT"),
        .ok(
          .tcpSettings,
          "tcp_fin_timeout = 60 s, the default: how long the kernel keeps a socket in FIN_WAIT2 that no"
            + " program has any more; it does nothing about TIME_WAIT, which is 60 s, a constant"),
        .ok(
          .tcpSettings,
          "tcp_syncookies = 1, the default: used when a queue of requests is full; it is about floods of"
            + " requests for connections (SYN), and does nothing about TIME_WAIT"),
      ])
  }

  @Test(
    arguments: [
      ([.tcpTimeWaitReuse: "0"], 0, .ok), ([.tcpTimeWaitReuse: "1"], 0, .ok),
      ([.tcpTimeWaitReuse: "1", .tcpTimestamps: "0"], 0, .note), ([.tcpTimestamps: "0"], 0, .note),
      ([.tcpTimeWaitReuse: "0", .tcpTimestamps: "0"], 0, .ok), ([.tcpTimeWaitReuse: "no"], 0, .note),
      ([.tcpTimeWaitRecycle: "0"], 1, .ok), ([.tcpTimeWaitRecycle: "1"], 1, .problem),
      ([.tcpFinTimeout: "30"], 2, .note), ([.tcpFinTimeout: "no"], 2, .note),
      ([.tcpSyncookies: "0"], 3, .note), ([.tcpSyncookies: "2"], 3, .note), ([.tcpSyncookies: "no"], 3, .note),
    ] as [([KernelSetting: String], Int, Severity)])
  func `are told of one by one`(settings: [KernelSetting: String], index: Int, severity: Severity) {
    var expected: [Severity] = [.ok, .ok, .ok, .ok]
    expected[index] = severity
    #expect(findings(settings).map(\.severity) == expected)
  }

  @Test func `that do nothing are told so`() {
    let findings = findings([.tcpTimestamps: "0", .tcpFinTimeout: "5"])
    #expect(
      findings[0]
        == .note(
          .tcpSettings,
          "tcp_tw_reuse = 2: as 1, but only within this host (127.0.0.0/8, ::1), the default since Linux 4.18",
          so: "without timestamps (net.ipv4.tcp_timestamps = 0) it does nothing",
          fix: .command("sysctl -w net.ipv4.tcp_timestamps=1")))
    #expect(
      findings[2]
        == .note(
          .tcpSettings,
          "tcp_fin_timeout = 5 s: how long the kernel keeps a socket in FIN_WAIT2 that no program has any more",
          so: "it does nothing about TIME_WAIT, which is 60 s, a constant"))
  }

  private func findings(_ settings: [KernelSetting: String]) -> [Finding] {
    TCPSettingsCheck().findings(on: .example(settings: settings))
  }
}
