// SPDX-License-Identifier: Apache-2.0

import Glibc
import SystemPackage

/// A command that changes timeouts, for runs with faults.
enum FaultCommand: String, CaseIterable {
  case set, apply, `try`, with, rollback
  case setElsewhere, withElsewhere

  /// The commands to try.
  ///
  /// `with --netns` makes all calls of `with` and of `set --netns`. `IPVS_TIMEOUT_FAULT_COMMANDS` names others, because a
  /// complete run takes hours.
  static var chosen: [FaultCommand] {
    let named = Guest.variable("IPVS_TIMEOUT_FAULT_COMMANDS") ?? ""
    guard named.isEmpty else { return named.split(separator: " ").compactMap { FaultCommand(rawValue: String($0)) } }
    return FaultScene.isComplete ? allCases : [.set, .apply, .try, .rollback, .withElsewhere]
  }

  /// The timeouts when it starts.
  var before: String { self == .rollback ? "60 30 60" : "900 120 300" }

  /// The timeouts that it sets.
  var wanted: String { self == .rollback ? "900 120 300" : "60 30 60" }

  /// The timeouts after a success.
  var end: String { [.with, .withElsewhere].contains(self) ? before : wanted }

  /// Whether it sets timeouts for a while only.
  var isTrial: Bool { [.try, .with, .withElsewhere].contains(self) }
}

extension FaultScene {
  /// The words of a command.
  private func words(_ command: FaultCommand) -> [String] {
    let program = [Guest.program]
    let elsewhere = name.map { ["--netns", $0] } ?? []
    return switch command {
    case .set: program + ["set", "60", "30", "60"]
    case .setElsewhere: program + ["set", "60", "30", "60"] + elsewhere
    case .apply: program + ["apply", policy]
    case .try: program + ["try", "60", "30", "60", "--", "/bin/true"]
    case .with: program + ["with", "60", "30", "60", "--", "/bin/true"]
    case .withElsewhere: program + ["with", "60", "30", "60"] + elsewhere + ["--", "/bin/true"]
    case .rollback: program + ["rollback"]
    }
  }

  /// Runs a command with a fault, on the timeouts and files that it should find.
  func run(_ command: FaultCommand, fault: (TracedCall) -> Fault? = { _ in nil }) throws -> TracedRun {
    clear()
    if command == .rollback { try restoreRecord() }
    try set(command.before)
    return try program.run(words(command), fault: fault)
  }
}

extension FaultScene {
  /// The calls that get a fault.
  ///
  /// All, if `IPVS_TIMEOUT_FAULTS` is `complete`. If not, all that change something, and of the others the first of each
  /// path, or without a path the first and the last of each name. The calls before `main`, which are the same for every
  /// command, are only those of `set`.
  static func chosen(_ calls: [TracedCall], of command: FaultCommand = .set) -> [TracedCall] {
    guard !isComplete else { return calls }
    let own = command == .set ? calls[...] : calls.drop { $0.name != "sched_getaffinity" }.dropFirst()
    let kinds = Dictionary(grouping: own, by: \.kind)
    return own.filter { call in
      let same = kinds[call.kind]
      return SystemCalls.changing.contains(call.name) || same?.first?.ordinal == call.ordinal
        || call.path.isEmpty && same?.last?.ordinal == call.ordinal
    }
  }

  /// The calls at which the program is killed: of the calls that change nothing, the first of each name is enough, because
  /// they leave the same.
  static func chosenForKilling(_ calls: [TracedCall], of command: FaultCommand) -> [TracedCall] {
    guard !isComplete else { return calls }
    let names = Dictionary(grouping: calls, by: \.name)
    return chosen(calls, of: command).filter { call in
      SystemCalls.changing.contains(call.name) || names[call.name]?.first?.ordinal == call.ordinal
    }
  }

  /// The faults of a chosen call: all, or the first one if the call changes nothing and not all calls are chosen.
  static func faults(of call: TracedCall) -> ArraySlice<Fault> {
    let faults = SystemCalls.faults[call.name] ?? []
    return isComplete || SystemCalls.changing.contains(call.name) ? faults[...] : faults.prefix(1)
  }

  /// Whether each call gets each of its faults.
  static let isComplete = Guest.variable("IPVS_TIMEOUT_FAULTS") == "complete"
}

extension TracedCall {
  /// The name and the path, with no numbers in it.
  fileprivate var kind: String { "\(name) \(path.filter { !$0.isNumber })" }
}
