// SPDX-License-Identifier: Apache-2.0

/// The settings that web pages recommend against TIME_WAIT, and what each really does.
struct TCPSettingsCheck: SocketCheck {
  func findings(on facts: SocketFacts) -> [Finding] {
    [
      reuse(facts.settings, facts.entering), recycle(facts.settings, facts.entering), finTimeout(facts.settings),
      syncookies(facts.settings, facts.entering),
    ]
  }

  /// 2 is the default since Linux 4.18, which introduced it; before, the default was 0.
  private func reuse(_ settings: KernelSettings, _ entering: String) -> Finding {
    guard let value = settings[.tcpTimeWaitReuse] else { return unseen(.tcpTimeWaitReuse) }
    let fact = "tcp_tw_reuse = \(value): "
    let meaning =
      switch value {
      case 0: "off; the kernel gives no port in TIME_WAIT to a new connection to the same service"
      case 1: "the kernel may give a port in TIME_WAIT to a new connection after \(settings.reuseDelay)"
      default:
        "the kernel may give a port in TIME_WAIT to a new connection after \(settings.reuseDelay), but only within this host"
          + " (the default since Linux 4.18)"
      }
    let rest =
      "; outgoing connections only, both ends need timestamps; TIME_WAIT stays as long. A program that binds its own"
      + " port with SO_REUSEADDR takes over TIME_WAIT at once"
    guard value > 0, settings[.tcpTimestamps] == 0 else { return .ok(.tcpSettings, fact + meaning + rest) }
    return .note(
      .tcpSettings, fact + meaning, so: "without timestamps (net.ipv4.tcp_timestamps = 0) it does nothing",
      fix: .command("\(entering)sysctl -w net.ipv4.tcp_timestamps=1"))
  }

  /// Linux 4.12 removed it.
  private func recycle(_ settings: KernelSettings, _ entering: String) -> Finding {
    switch settings[.tcpTimeWaitRecycle] {
    case nil:
      .ok(.tcpSettings, "tcp_tw_recycle does not exist: Linux 4.12 removed it, because it broke clients behind NAT")
    case 0: .ok(.tcpSettings, "tcp_tw_recycle = 0: off, which is right; it breaks clients behind NAT")
    case let value?:
      .problem(
        .tcpSettings, "tcp_tw_recycle = \(value)",
        so: "the kernel silently refuses some connections of clients that share one NAT address",
        fix: .command("\(entering)sysctl -w net.ipv4.tcp_tw_recycle=0"))
    }
  }

  private func finTimeout(_ settings: KernelSettings) -> Finding {
    guard let value = settings[.tcpFinTimeout] else { return unseen(.tcpFinTimeout) }
    let fact =
      "tcp_fin_timeout = \(value) s\(value == 60 ? ", the default" : ""): how long a socket without a program stays in"
      + " FIN_WAIT2"
    // The default is 60 s, and so is the length of TIME_WAIT. That is why people confuse the two.
    let rest = "it does not change TIME_WAIT, which always lasts at least \(SocketThreshold.timeWait) s"
    return value == 60 ? .ok(.tcpSettings, "\(fact); \(rest)") : .note(.tcpSettings, fact, so: rest)
  }

  private func syncookies(_ settings: KernelSettings, _ entering: String) -> Finding {
    guard let value = settings[.tcpSyncookies] else { return unseen(.tcpSyncookies) }
    let rest = "it is against floods of SYN packets and does not change TIME_WAIT"
    let command = Fix.command("\(entering)sysctl -w net.ipv4.tcp_syncookies=1")
    switch value {
    case 1: return .ok(.tcpSettings, "tcp_syncookies = 1, the default: used when a SYN queue is full; \(rest)")
    case 0:
      return .note(.tcpSettings, "tcp_syncookies = 0: off", so: "\(rest); a flood keeps clients out", fix: command)
    default:
      return .note(
        .tcpSettings, "tcp_syncookies = \(value): used for every SYN, which is meant for tests",
        so: "\(rest); connections lose options", fix: command)
    }
  }

  private func unseen(_ setting: KernelSetting) -> Finding {
    .unchecked(.tcpSettings, "the kernel does not show \(setting.rawValue)")
  }
}
