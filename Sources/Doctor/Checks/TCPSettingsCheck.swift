// SPDX-License-Identifier: Apache-2.0

/// What the settings are that are copied from page to page as fixes for TIME_WAIT, and what each is good for.
struct TCPSettingsCheck: SocketCheck {
  func findings(on facts: SocketFacts) -> [Finding] {
    [
      reuse(facts.settings, facts.entering), recycle(facts.settings, facts.entering), finTimeout(facts.settings),
      syncookies(facts.settings, facts.entering),
    ]
  }

  /// 2 is the default since Linux 4.18, which brought it; before, it was 0.
  private func reuse(_ settings: KernelSettings, _ entering: String) -> Finding {
    guard let value = settings[.tcpTimeWaitReuse] else { return unseen(.tcpTimeWaitReuse) }
    let fact = "tcp_tw_reuse = \(value): "
    let meaning =
      switch value {
      case 0: "off; a port in TIME_WAIT is not given again to the same service"
      case 1: "a port in TIME_WAIT is given again after \(settings.reuseDelay)"
      default: "as 1, but only within this host (127.0.0.0/8, ::1), the default since Linux 4.18"
      }
    let rest = "; it is about outgoing connections only, does not shorten TIME_WAIT, and needs timestamps at both ends"
    guard value > 0, settings[.tcpTimestamps] == 0 else { return .ok(.tcpSettings, fact + meaning + rest) }
    return .note(
      .tcpSettings, fact + meaning, so: "without timestamps (net.ipv4.tcp_timestamps = 0) it does nothing",
      fix: .command("\(entering)sysctl -w net.ipv4.tcp_timestamps=1"))
  }

  /// Gone since Linux 4.12.
  private func recycle(_ settings: KernelSettings, _ entering: String) -> Finding {
    switch settings[.tcpTimeWaitRecycle] {
    case nil:
      .ok(.tcpSettings, "tcp_tw_recycle is not there: Linux 4.12 has removed it, as it broke clients behind NAT")
    case 0: .ok(.tcpSettings, "tcp_tw_recycle = 0: off, as it should be; it breaks clients behind NAT")
    case let value?:
      .problem(
        .tcpSettings, "tcp_tw_recycle = \(value)",
        so: "of several clients behind one NAT, all but one are refused from time to time, without a word",
        fix: .command("\(entering)sysctl -w net.ipv4.tcp_tw_recycle=0"))
    }
  }

  private func finTimeout(_ settings: KernelSettings) -> Finding {
    guard let value = settings[.tcpFinTimeout] else { return unseen(.tcpFinTimeout) }
    let fact =
      "tcp_fin_timeout = \(value) s\(value == 60 ? ", the default" : ""): how long the kernel keeps a socket in FIN_WAIT2"
      + " that no program has any more"
    // 60 s is its default and the length of TIME_WAIT, which is why the two are taken for one.
    let rest = "it does nothing about TIME_WAIT, which is \(SocketThreshold.timeWait) s, a constant"
    return value == 60 ? .ok(.tcpSettings, "\(fact); \(rest)") : .note(.tcpSettings, fact, so: rest)
  }

  private func syncookies(_ settings: KernelSettings, _ entering: String) -> Finding {
    guard let value = settings[.tcpSyncookies] else { return unseen(.tcpSyncookies) }
    let rest = "it is about floods of requests for connections (SYN), and does nothing about TIME_WAIT"
    switch value {
    case 1: return .ok(.tcpSettings, "tcp_syncookies = 1, the default: used when a queue of requests is full; \(rest)")
    case 0:
      return .note(
        .tcpSettings, "tcp_syncookies = 0: off", so: "\(rest); a flood keeps clients out",
        fix: .command("\(entering)sysctl -w net.ipv4.tcp_syncookies=1"))
    default:
      return .note(
        .tcpSettings, "tcp_syncookies = \(value): used for all requests, which is meant for tests",
        so: "\(rest); connections lose options", fix: .command("\(entering)sysctl -w net.ipv4.tcp_syncookies=1"))
    }
  }

  private func unseen(_ setting: KernelSetting) -> Finding {
    .unchecked(.tcpSettings, "the kernel does not show \(setting.rawValue)")
  }
}
