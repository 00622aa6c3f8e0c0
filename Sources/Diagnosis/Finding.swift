// SPDX-License-Identifier: Apache-2.0

internal import Host

/// What a check has found.
///
/// The texts are fit for a terminal: where they hold other people's, that is escaped.
public struct Finding: Sendable, Hashable {
  /// The check.
  public let check: Check
  /// How it came out.
  public let verdict: Verdict
  /// What it rests on: something that can be looked up.
  public let fact: String
  /// What follows from it; `nil` where nothing does.
  public let consequence: String?
  /// What cures it, a command where there is one; `nil` where nothing needs a cure.
  public let cure: String?

  private init(_ check: Check, _ verdict: Verdict, _ fact: String, _ consequence: String?, _ cure: String?) {
    self.check = check
    self.verdict = verdict
    self.fact = fact
    self.consequence = consequence
    self.cure = cure
  }

  /// A check that found all well.
  static func ok(_ check: Check, _ fact: String) -> Finding { Finding(check, .ok, fact, nil, nil) }

  /// A check that found something one has to know.
  static func note(_ check: Check, _ fact: String, so consequence: String, cure: String? = nil) -> Finding {
    Finding(check, .note, fact, consequence, cure)
  }

  /// A check that could not look at what it rests on, and why.
  static func unchecked(_ check: Check, _ fact: String) -> Finding {
    note(check, fact, so: "this could not be checked")
  }

  /// A check that rests on a setting which the kernel does not show.
  static func unseen(_ check: Check, _ setting: KernelSetting) -> Finding {
    unchecked(check, "this kernel does not show \(setting.rawValue) here")
  }

  /// A check that found something wrong.
  static func problem(_ check: Check, _ fact: String, so consequence: String, cure: String) -> Finding {
    Finding(check, .problem, fact, consequence, cure)
  }
}
