// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS
internal import Text

/// Which of IPVS' settings and daemons change how or when entries end.
struct SettingsCheck: DirectorCheck {
  let check = CheckID.settings

  func findings(on facts: DirectorFacts) throws(DirectorError) -> [Finding] {
    guard facts.isInUse || facts.hasSyncDaemon else { return [] }
    let settings = try facts.settings.get()
    let shown = KernelSettings.deciding.filter { settings[$0] != nil }
    guard !shown.isEmpty else { return [.unchecked(check, "this kernel does not show net.ipv4.vs here")] }
    let owner = facts.settingsOwner
    let own = shown.filter { owner?.settings.contains($0) ?? false }
    let effects = shown.filter { !own.contains($0) }.compactMap { settings.effect(of: $0) }
    let usual = shown.filter { !own.contains($0) && settings.effect(of: $0) == nil }.compactMap { setting in
      settings[setting].map { "\(setting.shortName) = \($0)" }
    }
    let calm = usual.isEmpty ? [] : [Finding.ok(check, "net.ipv4.vs: \(usual.joined(separator: ", "))")]
    let set = owner.map { [Finding.ok(check, $0.fact)] } ?? []
    return calm + set + effects.map { finding(on: $0, facts, settings) }
      + SyncFindings.all(check, on: facts, settings)
  }

  private func finding(on effect: SettingEffect, _ facts: DirectorFacts, _ settings: KernelSettings) -> Finding {
    let fact = "\(effect.setting.rawValue) = \(settings.text(effect.setting) ?? "")"
    let fix = effect.fix(facts.entering)
    return effect.isProblem
      ? .problem(check, fact, so: effect.consequence, fix: fix)
      : .note(check, fact, so: effect.consequence, fix: fix)
  }
}

extension KernelSettings {
  /// The settings that decide how entries end, in the order of the report.
  static let deciding: [KernelSetting] = [
    .connReuseMode, .expireNodestConn, .expireQuiescentTemplate, .secureTCP, .sloppyTCP, .dropEntry,
  ]

  /// The effect of a setting; `nil` for the kernel's default, and for a value with the same effect.
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
        "while an old entry lives (TIME_WAIT 120 s, FIN_WAIT tcpfin), a new connection from the same client port goes to"
          + " its real server, even at weight 0; from Linux 5.16 on and with expire_nodest_conn=1 not at weight 0",
        otherValue: 1, if: "such connections should be scheduled like new ones")
    }
    if self[.conntrack] ?? 0 != 0, let release, release < KernelRelease(5, 9) {
      return SettingEffect(
        .connReuseMode,
        "with conntrack=1 and before Linux 5.9 (stable releases: before August 2020) the first packet of a connection"
          + " from a client port used before is lost, so the connection needs a second more")
    }
    guard mode & 2 != 0 else { return nil }
    return SettingEffect(
      .connReuseMode,
      "with direct routing and tunnels, a new connection from the same client port ends an entry in FIN_WAIT before"
        + " tcpfin is over",
      otherValue: 1, if: "it should go to the same real server until then")
  }

  private var expiry: SettingEffect {
    let isAtOnce = release.map { $0 >= KernelRelease(5, 9) } ?? false
    let time = isAtOnce ? "at once" : "at their next packet"
    return SettingEffect(
      .expireNodestConn, "when a real server is removed, its entries end \(time), whatever time they have left",
      if: "connections should wait for a server that comes back")
  }

  private var quiescence: SettingEffect {
    SettingEffect(
      .expireQuiescentTemplate,
      "when its real server has weight 0, a client's persistence ends with its next connection, whatever -p says",
      if: "clients should stay with a server that is drained")
  }

  private func secureTCP(isOn: Bool) -> SettingEffect {
    SettingEffect(
      .secureTCP,
      "\(isOn ? "" : "when memory is short (amemthresh), ")a NAT connection is in SYNACK for 120 s, which no setting"
        + " changes, until its real server sends data; only then does tcp govern it")
  }

  private var sloppiness: SettingEffect {
    SettingEffect(
      .sloppyTCP,
      "the next packet of an expired connection makes a new entry, perhaps for another real server, which then resets"
        + " the connection", if: "this is not the backup of a director with sync_persist_mode=1")
  }

  private func dropping(isOn: Bool) -> SettingEffect {
    SettingEffect(
      .dropEntry, isProblem: isOn,
      "\(isOn ? "the kernel ends" : "when memory is short (amemthresh), the kernel ends") random entries before their"
        + " timeouts: half-open ones, and idle ones (60 s) with at most 8 packets from the client")
  }
}

/// The effect of a setting on how entries end.
struct SettingEffect {
  /// The setting.
  let setting: KernelSetting
  /// Whether it breaks the promise of a timeout; else it is information.
  let isProblem: Bool
  /// What it does.
  let consequence: String
  /// The value without this effect, or with less of it.
  let otherValue: Int
  /// When to set that value; `nil` where nothing speaks against it.
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

  /// How to end it.
  func fix(_ entering: String) -> Fix {
    let command = "\(entering)sysctl -w \(setting.rawValue)=\(otherValue)"
    return condition.map { .advice("if \($0): `\(command)`") } ?? .command(command)
  }
}
