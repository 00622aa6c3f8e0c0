// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import Glibc
internal import IPVS
internal import Linux
internal import Text

/// How a command renews connections.
struct Renewal: Hashable {
  /// Which connections, and their timers.
  var rule = RenewalRule()
  /// Whether nothing is counted first, and nobody is asked.
  var isConfirmed = false
  /// Whether connections are renewed only where a timeout has changed.
  var isAfterChangeOnly = false
}

/// A renewal that is running: signals are held, and end it early.
struct RenewalRun {
  private let relay: SignalDeferral

  fileprivate init(_ relay: SignalDeferral) {
    self.relay = relay
  }

  /// Whether a signal has arrived.
  var isInterrupted: Bool { !relay.signals.isEmpty }

  /// Renews the connections of one namespace, and reports the result.
  ///
  /// - Parameters:
  ///   - target: The namespace.
  ///   - rule: Which connections to renew.
  ///   - command: The command, for the record.
  ///   - context: Gets the report.
  /// - Throws: `DirectorError`.
  func renew(
    _ target: NamespaceTarget, by rule: RenewalRule, for command: String, _ context: inout CommandContext
  ) throws(DirectorError) {
    guard !isInterrupted else { return }
    let report = try TrialSnapshot.renewConnections(
      of: TrialTarget(target.namespace, name: target.name), by: rule, for: command, until: { isInterrupted })
    context.add(report, target)
  }
}

/// A renewal of the connections in each namespace whose timeouts a command has set.
struct RenewalAfterChange {
  private let run: RenewalRun
  private let renewal: Renewal
  private let command: String

  /// A renewal by a command.
  init(_ run: RenewalRun, _ renewal: Renewal, for command: String) {
    self.run = run
    self.renewal = renewal
    self.command = command
  }

  /// Renews the connections of a namespace after a change, if that is wanted.
  ///
  /// - Parameters:
  ///   - target: The namespace.
  ///   - change: The change of its timeouts.
  ///   - context: Gets the report.
  /// - Throws: `DirectorError`.
  func renew(
    _ target: NamespaceTarget, after change: TimeoutsChange, _ context: inout CommandContext
  ) throws(DirectorError) {
    guard change.isAsWanted, change.isChanged || !renewal.isAfterChangeOnly else { return }
    try run.renew(target, by: renewal.rule.after(change), for: command, &context)
  }
}

extension Renewal {
  /// Counts what would be renewed, asks if necessary, and runs `body`.
  ///
  /// - Parameters:
  ///   - wanted: The namespaces, and the timeouts that will be set there.
  ///   - context: Collects failures and reports.
  ///   - isQuiet: Whether to print no result.
  ///   - body: The work, with signals held.
  /// - Returns: The exit status.
  /// - Throws: ``Failure``, when the answer is no, when `--yes` is missing, or an error of `body`.
  func confirmed(
    _ wanted: [TargetTimeouts], _ context: consuming CommandContext, isQuiet: Bool,
    _ body: (inout CommandContext, RenewalRun) throws(Failure) -> Void
  ) throws(Failure) -> ExitStatus {
    var context = context
    StandardDescriptors.take()
    StandardStreams.outliveReader()
    try confirm(wanted, &context, isQuiet: isQuiet)
    let result = SignalDeferral.during { relay in
      Result { () throws(Failure) in try body(&context, RenewalRun(relay)) }
    } then: { _ in
    }
    try result.get()
    return try context.finish()
  }

  /// Counts what would be renewed, reports it, and asks if more than a tenth of the connections would end.
  ///
  /// - Throws: ``Failure``, when the answer is no, or nobody can be asked.
  func confirm(_ wanted: [TargetTimeouts], _ context: inout CommandContext, isQuiet: Bool) throws(Failure) {
    guard !isConfirmed else { return }
    var total = RenewalPlan()
    // A namespace that fails is reported when the work is done there.
    for target in wanted {
      do throws(IPVSError) { if let plan = try plan(target) { total.add(plan) } } catch {}
    }
    if total.renewed > 0, !isQuiet { context.note(total.sentence) }
    guard total.isCutting else { return }
    try Renewal.ask(total)
  }

  /// Reports what would be renewed.
  ///
  /// - Throws: ``Failure``, for a failure that would be the same everywhere.
  func report(_ wanted: [TargetTimeouts], _ context: inout CommandContext) throws(Failure) {
    let plans = Dictionary(wanted.map { ($0.target, $0) }, uniquingKeysWith: { first, _ in first })
    try context.forEach(wanted.map(\.target)) { context, target throws(DirectorError) in
      guard let wanted = plans[target] else { return }
      do throws(IPVSError) {
        if let plan = try plan(wanted) { context.add(plan, target, isDryRun: true) }
      } catch {
        throw .kernel(error.aboutRenewal)
      }
    }
  }

  /// What would be renewed in one namespace, with the timeouts that will be set there; `nil` if that is not wanted.
  private func plan(_ wanted: TargetTimeouts) throws(IPVSError) -> RenewalReport? {
    let client = try Client(in: wanted.target.namespace)
    // A caller without privileges gets the refusal, also where there is no connection.
    let before = try client.timeouts()
    guard wanted.wanted != Timeouts() else { return try ConnectionRenewal(rule).plan(over: client) }
    let change = TimeoutsChange(wanted: wanted.wanted, before: before, after: wanted.wanted.merging(before))
    guard change.isChanged || !isAfterChangeOnly else { return nil }
    return try ConnectionRenewal(rule.after(change)).plan(over: client, under: change.after)
  }

  private static func ask(_ plan: RenewalPlan) throws(Failure) {
    guard let terminal = Terminal(), terminal.isForeground else {
      throw .usage("nothing was changed, because \(plan.cut); add --yes to renew them without a question")
    }
    let answer = SignalDeferral.during { relay in
      terminal.answer(to: "Renew them? Without a yes within 60s nothing is changed: ", within: .seconds(60), relay)
    }
    switch answer {
    case .yes: return
    case .no: throw Failure("nothing was changed, because the answer was no", .notAsWanted)
    case .late: throw Failure("nothing was changed, because there was no answer in time", .timedOut)
    case .gone: throw Failure("nothing was changed, because the terminal was closed", .timedOut)
    case .interrupted: throw Failure("nothing was changed, because a signal arrived", .timedOut)
    }
  }
}

/// The sum of the plans in several namespaces.
struct RenewalPlan {
  private(set) var renewed = 0
  private var count = 0
  private var silentTooLong = 0

  /// Adds the plan of one namespace.
  mutating func add(_ report: RenewalReport) {
    count += report.count
    renewed += report.renewed
    silentTooLong += report.silentTooLong ?? 0
  }

  /// Whether it would end more than a tenth of the connections.
  var isCutting: Bool { silentTooLong * 10 > count }

  /// The connections that would end.
  var cut: String {
    "\(silentTooLong) of \(count.counted("connection")) \(silentTooLong == 1 ? "was" : "were") silent for longer than the"
      + " new timeout, and would end"
  }

  /// What it will do, before it begins.
  var sentence: String {
    let silent =
      switch silentTooLong {
      case 0: "none of them was silent for longer than that"
      case 1: "1 of them was silent for longer than that, and ends unless a packet arrives"
      default: "\(silentTooLong) of them were silent for longer than that, and end unless a packet arrives"
      }
    return "\(renewed) of \(count.counted("connection")) will get the new timeout now; \(silent)"
  }
}

extension CommandContext {
  /// Adds the report of a renewal, or of its plan.
  mutating func add(_ report: RenewalReport, _ target: NamespaceTarget, isDryRun: Bool = false) {
    add(
      TimeoutsReport(
        target: showsNames ? target : nil, backend: .netlink, content: .renewal(report, isDryRun: isDryRun)))
  }
}
