// SPDX-License-Identifier: Apache-2.0

internal import Host

extension KernelSettings {
  /// The settings that decide how entries end, in the order in which they are told.
  static let deciding: [KernelSetting] = [
    .connReuseMode, .expireNodestConn, .expireQuiescentTemplate, .secureTCP, .sloppyTCP, .dropEntry,
  ]

  /// What the value of one of them does; `nil` for the kernel's default, and for one that does the same.
  func effect(of setting: KernelSetting) -> SettingEffect? {
    guard let value = self[setting] else { return nil }
    switch setting {
    case .connReuseMode: return reuse(value)
    case .expireNodestConn: return value == 0 ? nil : expiry
    case .expireQuiescentTemplate: return value == 0 ? nil : quiescence
    case .secureTCP: return value == 0 ? nil : secureTCP(isOn: value > 1)
    case .sloppyTCP: return value == 0 ? nil : sloppiness
    case .dropEntry: return value == 0 ? nil : dropping(isOn: value > 1)
    default: return nil
    }
  }

  private func reuse(_ mode: Int) -> SettingEffect? {
    if mode == 0 {
      return SettingEffect(
        .connReuseMode,
        "a connection from a port used before goes to the real server of the old entry while that lives (TIME_WAIT 120 s,"
          + " FIN_WAIT tcpfin), even at weight 0; with expire_nodest_conn=1 and from Linux 5.16 on, not at weight 0",
        otherValue: 1, if: "such connections should be scheduled anew")
    }
    if self[.conntrack] ?? 0 != 0, let release, release < KernelRelease(5, 9) {
      return SettingEffect(
        .connReuseMode,
        "with conntrack=1 and before Linux 5.9 (stable releases: before August 2020) the first packet of a connection"
          + " from a port used before is lost, so that it takes a second longer")
    }
    guard mode & 2 != 0 else { return nil }
    return SettingEffect(
      .connReuseMode,
      "with direct routing and tunnelling, a connection from the same port ends an entry in FIN_WAIT before tcpfin is"
        + " over",
      otherValue: 1, if: "it should go to the same real server until then")
  }

  private var expiry: SettingEffect {
    let isAtOnce = release.map { $0 >= KernelRelease(5, 9) } ?? false
    let time = isAtOnce ? "at once" : "at their next packets"
    return SettingEffect(
      .expireNodestConn, "when a real server is removed, its entries end \(time), whatever time they have left",
      if: "connections should wait for a server that comes back")
  }

  private var quiescence: SettingEffect {
    SettingEffect(
      .expireQuiescentTemplate,
      "a client's persistence ends with its next connection when its real server has weight 0, whatever -p says",
      if: "clients should stay with a server that is drained")
  }

  private func secureTCP(isOn: Bool) -> SettingEffect {
    SettingEffect(
      .secureTCP,
      "\(isOn ? "" : "when memory is short (amemthresh), ")a connection by NAT is SYNACK for 120 s, which no setting"
        + " changes, until its real server has sent something after the handshake; only then tcp rules it")
  }

  private var sloppiness: SettingEffect {
    SettingEffect(
      .sloppyTCP,
      "the next packet from the client makes the entry anew when its time was up, perhaps for another real server, which"
        + " resets the connection", if: "this is not the backup of a director with sync_persist_mode=1")
  }

  private func dropping(isOn: Bool) -> SettingEffect {
    SettingEffect(
      .dropEntry, isProblem: isOn,
      "\(isOn ? "the kernel ends" : "when memory is short (amemthresh), the kernel ends") entries at random before their"
        + " timeouts: half-open ones, and those idle for 60 s that had no more than 8 packets from the client")
  }
}
