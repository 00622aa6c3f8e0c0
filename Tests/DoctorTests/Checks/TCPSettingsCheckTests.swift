// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Doctor

/// The settings that web pages recommend.
@Suite struct TCPSettingsCheckTests {
  @Test func `are well as the kernel has them`() {
    #expect(
      findings([:]) == [
        .ok(
          .tcpSettings,
          "tcp_tw_reuse = 2: the kernel may give a port in TIME_WAIT to a new connection after at most a second, but"
            + " only within this host (the default since Linux 4.18); outgoing connections only, both ends need timestamps;"
            + " TIME_WAIT stays as long. A program that binds its own port with SO_REUSEADDR takes over TIME_WAIT at once"
        ),
        .ok(
          .tcpSettings, "tcp_tw_recycle does not exist: Linux 4.12 removed it, because it broke clients behind NAT"),
        .ok(
          .tcpSettings,
          "tcp_fin_timeout = 60 s, the default: how long a socket without a program stays in FIN_WAIT2; it does not"
            + " change TIME_WAIT, which always lasts at least 60 s"),
        .ok(
          .tcpSettings,
          "tcp_syncookies = 1, the default: used when a SYN queue is full; it is against floods of SYN packets and"
            + " does not change TIME_WAIT"),
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
  func `are reported one by one`(settings: [KernelSetting: String], index: Int, severity: Severity) {
    var expected: [Severity] = [.ok, .ok, .ok, .ok]
    expected[index] = severity
    #expect(findings(settings).map(\.severity) == expected)
  }

  @Test func `that do nothing are reported so`() {
    let findings = findings([.tcpTimestamps: "0", .tcpFinTimeout: "5"])
    #expect(
      findings[0]
        == .note(
          .tcpSettings,
          "tcp_tw_reuse = 2: the kernel may give a port in TIME_WAIT to a new connection after at most a second, but"
            + " only within this host (the default since Linux 4.18)",
          so: "without timestamps (net.ipv4.tcp_timestamps = 0) it does nothing",
          fix: .command("sysctl -w net.ipv4.tcp_timestamps=1")))
    #expect(
      findings[2]
        == .note(
          .tcpSettings,
          "tcp_fin_timeout = 5 s: how long a socket without a program stays in FIN_WAIT2",
          so: "it does not change TIME_WAIT, which always lasts at least 60 s"))
  }

  private func findings(_ settings: [KernelSetting: String]) -> [Finding] {
    TCPSettingsCheck().findings(on: .example(settings: settings))
  }
}
