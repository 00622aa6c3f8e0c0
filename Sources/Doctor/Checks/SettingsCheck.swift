// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS

/// Which of IPVS' settings and daemons change how or when entries end.
struct SettingsCheck: DirectorCheck {
  let check = CheckID.settings

  func findings(on facts: DirectorFacts) throws(DirectorError) -> [Finding] {
    let settings = try facts.settings.get()
    let shown = KernelSettings.deciding.filter { settings[$0] != nil }
    guard !shown.isEmpty else { return [.unchecked(check, "this kernel does not show net.ipv4.vs here")] }
    let quiet = shown.filter { settings.effect(of: $0) == nil }
    let effects = shown.compactMap { settings.effect(of: $0) }
    let usual = quiet.compactMap { setting in
      settings[setting].map { "\(setting.shortName) = \($0)" }
    }
    let calm = usual.isEmpty ? [] : [Finding.ok(check, "net.ipv4.vs: \(usual.joined(separator: ", "))")]
    return calm + effects.map { finding(on: $0, facts, settings) } + SyncFindings.all(check, on: facts, settings)
  }

  private func finding(on effect: SettingEffect, _ facts: DirectorFacts, _ settings: KernelSettings) -> Finding {
    let fact = "\(effect.setting.rawValue) = \(settings.text(effect.setting) ?? "")"
    let fix = Fix.command(facts.entering + effect.fix)
    return effect.isProblem
      ? .problem(check, fact, so: effect.consequence, fix: fix)
      : .note(check, fact, so: effect.consequence, fix: fix)
  }
}

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

/// What the value of a setting does to how entries end.
struct SettingEffect {
  /// The setting.
  let setting: KernelSetting
  /// Whether it breaks what a timeout promises; else one has to know it.
  let isProblem: Bool
  /// What it does.
  let consequence: String
  /// The value that does not, or does less.
  let otherValue: Int
  /// When to set that one; `nil` where nothing speaks against it.
  let condition: String?

  init(
    _ setting: KernelSetting, isProblem: Bool = false, _ consequence: String, otherValue: Int = 0,
    if condition: String? = nil
  ) {
    self.setting = setting
    self.isProblem = isProblem
    self.consequence = consequence
    self.otherValue = otherValue
    self.condition = condition
  }

  /// The command that takes it away.
  var fix: String { "sysctl -w \(setting.rawValue)=\(otherValue)" + (condition.map { " # if \($0)" } ?? "") }
}

/// What the sync daemons of a director do to how entries end.
enum SyncFindings {
  static func all(_ check: CheckID, on facts: DirectorFacts, _ settings: KernelSettings) -> [Finding] {
    do throws(DirectorError) {
      let daemons = try facts.daemons.get()
      let master = daemons.hasMaster ? master(check, facts, settings) : nil
      let backup = daemons.hasBackup ? backup(check, facts.timeouts) : nil
      return [master, backup].compactMap(\.self)
    } catch {
      return [.unchecked(check, error.description)]
    }
  }

  /// A slow connection is told of at its third packet and then not for 50 more, when a backup may have forgotten it.
  ///
  /// Only without a period of packets does the kernel tell because time has passed.
  private static func master(_ check: CheckID, _ facts: DirectorFacts, _ settings: KernelSettings) -> Finding? {
    let threshold = settings.text(.syncThreshold)?.split { !$0.isNumber }.compactMap { Int($0) } ?? []
    guard threshold.count == 2, let refresh = settings[.syncRefreshPeriod] else { return nil }
    let fact = "the sync daemon tells other directors of a connection"
    guard threshold[1] > 0 || refresh == 0 else {
      return .ok(check, "\(fact) again when its timer has moved by \(refresh) s")
    }
    // For a short timeout ten seconds would be too late.
    let shortest = Timeouts.Name.allCases.compactMap { facts.timeouts[$0]?.seconds }.min() ?? 30
    let again = threshold[1] > 0 ? "and each \(threshold[1]) packets later" : "and not again"
    return .note(
      check, "\(fact) at packet \(threshold[0]) \(again) (sync_threshold)",
      so: "a backup forgets one that lives on here with fewer packets within its timeout, and a take-over cuts it",
      fix: .command(
        facts.entering + "sysctl -w \(KernelSetting.syncThreshold.rawValue)=\"\(threshold[0]) 0\""
          + " \(KernelSetting.syncRefreshPeriod.rawValue)=\(max(1, min(10, shortest / 3)))"))
  }

  private static func backup(_ check: CheckID, _ timeouts: Timeouts) -> Finding {
    .note(
      check, "a backup sync daemon runs here",
      so: "what it brings has the timers of the other director, or with that one's sync_version=0 those of this one,"
        + " until a packet passes here",
      fix: .advice("on the other director, too, `ipvs-timeout set \(timeouts.values)`"))
  }
}
