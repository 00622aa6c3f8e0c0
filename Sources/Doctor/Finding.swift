// SPDX-License-Identifier: Apache-2.0

/// What a check has found.
///
/// The texts are fit for a terminal: where they hold other people's, that is escaped.
package struct Finding: Sendable, Hashable {
  /// The check.
  package let check: CheckID
  /// How it came out.
  package let severity: Severity
  /// What it rests on: something that can be looked up.
  package let fact: String
  /// What follows from it; `nil` where nothing does.
  package let consequence: String?
  /// What fixes it, a command where there is one; `nil` where nothing needs a fix.
  package let fix: String?

  private init(_ check: CheckID, _ severity: Severity, _ fact: String, _ consequence: String?, _ fix: String?) {
    self.check = check
    self.severity = severity
    self.fact = fact
    self.consequence = consequence
    self.fix = fix
  }

  /// A check that found all well.
  static func ok(_ check: CheckID, _ fact: String) -> Finding { Finding(check, .ok, fact, nil, nil) }

  /// A check that found something one has to know.
  static func note(_ check: CheckID, _ fact: String, so consequence: String, fix: String? = nil) -> Finding {
    Finding(check, .note, fact, consequence, fix)
  }

  /// A check that could not look at what it rests on, and why.
  static func unchecked(_ check: CheckID, _ fact: String) -> Finding {
    note(check, fact, so: "this could not be checked")
  }

  /// A check that rests on a setting which the kernel does not show.
  static func unseen(_ check: CheckID, _ setting: KernelSetting) -> Finding {
    unchecked(check, "this kernel does not show \(setting.rawValue) here")
  }

  /// A check that found something wrong.
  static func problem(_ check: CheckID, _ fact: String, so consequence: String, fix: String) -> Finding {
    Finding(check, .problem, fact, consequence, fix)
  }
}

/// How a check came out, from good to bad.
package enum Severity: String, CaseIterable, Sendable {
  /// All is well.
  case ok
  /// Something one has to know, which may be as it should be.
  case note
  /// Something that keeps the timeouts from doing what is wanted of them.
  case problem
}
