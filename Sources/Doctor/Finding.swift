// SPDX-License-Identifier: Apache-2.0

/// What a check has found.
///
/// The texts are fit for a terminal: names and words of other programs in them are escaped. A command inside a text
/// has backticks around it.
package struct Finding: Sendable, Hashable {
  /// The check.
  package let check: CheckID
  /// How bad it is.
  package let severity: Severity
  /// The evidence, which you can look up.
  package let fact: String
  /// What follows from the fact; `nil` where nothing does.
  package let consequence: String?
  /// What to do about it; `nil` where nothing needs a fix.
  package let fix: Fix?
  /// Whether the check was not possible, so that it is neither ok nor not.
  package let isUnchecked: Bool

  private init(
    _ check: CheckID, _ severity: Severity, _ fact: String, _ consequence: String?, _ fix: Fix?,
    isUnchecked: Bool = false
  ) {
    self.check = check
    self.severity = severity
    self.fact = fact
    self.consequence = consequence
    self.fix = fix
    self.isUnchecked = isUnchecked
  }

  /// The check found nothing wrong.
  static func ok(_ check: CheckID, _ fact: String) -> Finding { Finding(check, .ok, fact, nil, nil) }

  /// The check found something you have to know.
  static func note(_ check: CheckID, _ fact: String, so consequence: String, fix: Fix? = nil) -> Finding {
    Finding(check, .note, fact, consequence, fix)
  }

  /// The check was not possible, and why.
  static func unchecked(_ check: CheckID, _ fact: String) -> Finding {
    Finding(check, .note, fact, "this could not be checked", nil, isUnchecked: true)
  }

  /// The check was not possible; what may be missing, and what to do.
  static func unchecked(_ check: CheckID, _ fact: String, so consequence: String, fix: Fix) -> Finding {
    Finding(check, .note, fact, consequence, fix, isUnchecked: true)
  }

  /// The check needs a setting that the kernel does not show.
  static func unseen(_ check: CheckID, _ setting: KernelSetting) -> Finding {
    unchecked(check, "this kernel does not show \(setting.rawValue) here")
  }

  /// The check found something wrong.
  static func problem(_ check: CheckID, _ fact: String, so consequence: String, fix: Fix) -> Finding {
    Finding(check, .problem, fact, consequence, fix)
  }
}

/// What to do about a finding.
package enum Fix: Sendable, Hashable {
  /// One command, ready to be copied into a shell.
  case command(String)
  /// A sentence; the commands in it have backticks around them.
  case advice(String)

  /// The words for a sentence: a command has backticks around it.
  var sentence: String {
    switch self {
    case .command(let text): "`\(text)`"
    case .advice(let text): text
    }
  }

  /// The command or the sentence.
  package var text: String {
    switch self {
    case .command(let text), .advice(let text): text
    }
  }
}

/// How bad a finding is, from good to bad.
package enum Severity: String, CaseIterable, Sendable {
  /// Nothing is wrong.
  case ok
  /// Something you have to know; it may be intended.
  case note
  /// Something that keeps the timeouts from working as you want.
  case problem
}
