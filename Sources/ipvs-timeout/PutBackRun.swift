// SPDX-License-Identifier: Apache-2.0

internal import Changes
internal import Directors
internal import Text

/// Finishes what killed trials have left undone.
struct PutBackRun {
  private let isKeeping: Bool
  private let output: Invocation.Output

  init(isKeeping: Bool, _ output: Invocation.Output) {
    self.isKeeping = isKeeping
    self.output = output
  }

  /// Puts back what they have left, the last one first, or forgets it.
  ///
  /// - Throws: ``Failure``, when another change does not end in time or the result cannot be written.
  func run() throws(Failure) -> ExitStatus {
    StandardStreams.outliveReader()
    let turn = try ChangeLock.turn()
    defer { extendLifetime(turn) }
    var status = ExitStatus.success
    for trial in UndoneTrial.all().reversed() {
      status = status.worse(try finish(trial))
    }
    return status
  }

  private func finish(_ trial: UndoneTrial) throws(Failure) -> ExitStatus {
    if isKeeping {
      trial.forget()
      return .success
    }
    guard let record = trial.record else {
      StandardStreams.report("ipvs-timeout: \(trial.sentence)")
      return .refused
    }
    let access = Invocation.Access(
      backend: BackendChoice(rawValue: record.backend) ?? .auto, ipvsadm: record.ipvsadm)
    var restorer = Restorer(access, isNamed: true) { _ in "when that is cured, run `ipvs-timeout put-back` again" }
    restorer.end(record.stakes.map(Stake.init))
    if restorer.status == .success { trial.forget() }
    try output.print(restorer.reports)
    return restorer.status
  }
}
