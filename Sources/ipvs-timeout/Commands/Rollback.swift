// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Directors
internal import Linux
internal import SystemPackage

/// The command `ipvs-timeout rollback`.
struct RollbackCommand: InvocationCommand {
  static let name = "rollback"

  static let configuration = CommandConfiguration(
    commandName: name,
    abstract: "Finish what a killed `try`, `with` or `renew` left behind.",
    usage: "ipvs-timeout rollback [<options>]",
    discussion: """
      Timeouts that are still as a trial set them are restored. Values that changed since then are kept and reported. \
      The backup sync daemon of a renewal is stopped. If nothing was left behind, nothing happens.

      Examples:
        ipvs-timeout rollback
        ipvs-timeout rollback --keep
      """)

  @OptionGroup(title: OptionTitle.trial) var options: RollbackOptions

  @OptionGroup(title: OptionTitle.output) var output: OutputOptions<TextFormat>

  func invocation() throws(Failure) -> Invocation {
    .rollback(RollbackRequest(isKeeping: options.keep, output: output.timeouts))
  }
}

/// The options of `rollback` alone.
struct RollbackOptions: ParsableArguments {
  @Flag(help: "Keep the current timeouts and delete the record of the trial.")
  var keep = false
}

/// Finishes what killed trials have left undone.
struct RollbackRequest: Hashable {
  var isKeeping = false
  var output = TimeoutsOutput()

  /// Restores the timeouts that they have left set, the last trial first, or discards their records.
  ///
  /// - Throws: ``Failure``, when another change does not end in time.
  func run() throws(Failure) -> ExitStatus {
    StandardDescriptors.take()
    StandardStreams.outliveReader()
    var context = CommandContext(Access(), output, isDeferred: true)
    try UnfinishedTrial.checkAccess()
    try ChangeLock.withLock {
      context.add(TrialRecords().finish(isKeeping: isKeeping).events, isNamed: true)
      ChangeDirectory.usual.removeLeftovers()
    }
    let status = context.status
    return status.worse(context.flush())
  }
}

extension UnfinishedTrial {
  /// Checks that the records of trials can be read, because a caller who cannot read them would find none.
  ///
  /// - Throws: ``Failure``, when the caller has no permission.
  fileprivate static func checkAccess() throws(Failure) {
    guard let errno = unreadable() else { return }
    throw Failure(
      "cannot read the records of trials in \(ChangeDirectory.usual.trials) (\(errno.description), errno"
        + " \(errno.rawValue)); run it as root, for example with sudo", .notPermitted)
  }
}
