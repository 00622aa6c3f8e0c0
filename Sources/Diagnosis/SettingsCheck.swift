// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import Host

/// Which of IPVS' settings and daemons change how or when entries end.
struct SettingsCheck: DirectorCheck {
  let check = Check.settings

  func findings(on facts: DirectorFacts) throws(BackendError) -> [Finding] {
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
    let cure = facts.entering + effect.cure
    return effect.isProblem
      ? .problem(check, fact, so: effect.consequence, cure: cure)
      : .note(check, fact, so: effect.consequence, cure: cure)
  }
}
