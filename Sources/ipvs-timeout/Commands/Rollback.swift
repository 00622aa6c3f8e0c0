// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Directors
internal import Linux

/// The command `ipvs-timeout rollback`.
struct RollbackCommand: InvocationCommand {
  static let name = "rollback"

  static let configuration = CommandConfiguration(
    commandName: name,
    abstract: "Put back what an earlier `try` or `with` has left set.",
    discussion: """
      What is still as it was set then becomes again what it was before; what has been changed since stays, and is told. \
      Where nothing was left, nothing is done.
      """)

  @Flag(help: "Leave the timeouts as they are, and speak of it no more.")
  var keep = false

  @OptionGroup var output: OutputOptions<TextFormat>

  func invocation() throws(Failure) -> Invocation {
    .rollback(RollbackRequest(isKeeping: keep, output: output.timeouts))
  }
}

/// Finishes what killed trials have left undone.
struct RollbackRequest: Hashable {
  var isKeeping = false
  var output = TimeoutsOutput()

  /// Restores what they have left, the last one first, or forgets it.
  ///
  /// - Throws: ``Failure``, when another change does not end in time.
  func run() throws(Failure) -> ExitStatus {
    StandardDescriptors.take()
    StandardStreams.outliveReader()
    var context = CommandContext(Access(), output, isDeferred: true)
    try ChangeLock.withLock {
      for trial in UnfinishedTrial.all().reversed() {
        if isKeeping { trial.forget() } else { context.add(trial.finish(), isNamed: true) }
      }
    }
    let status = context.status
    return status.worse(context.flush())
  }
}
