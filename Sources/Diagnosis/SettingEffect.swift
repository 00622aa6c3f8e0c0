// SPDX-License-Identifier: Apache-2.0

internal import Host

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
  var cure: String { "sysctl -w \(setting.rawValue)=\(otherValue)" + (condition.map { " # if \($0)" } ?? "") }
}
