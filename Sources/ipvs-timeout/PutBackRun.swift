// SPDX-License-Identifier: Apache-2.0

internal import Changes
internal import Directors
internal import Ipvsadm
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
  /// - Throws: ``Failure``, when another change does not end in time.
  func run() throws(Failure) -> ExitStatus {
    ClosedStreams.take()
    StandardStreams.outliveReader()
    var account = Account()
    do {
      let turn = try ChangeLock.turn()
      for trial in UndoneTrial.all().reversed() { finish(trial, &account) }
      extendLifetime(turn)
    }
    return account.status.worse(account.tell(output))
  }

  private func finish(_ trial: UndoneTrial, _ account: inout Account) {
    guard !isKeeping else { return trial.forget() }
    guard let record = trial.record else { return account.note(Failure(trial.sentence, .refused)) }
    let access = Invocation.Access(
      backend: BackendChoice(rawValue: record.backend) ?? .auto, ipvsadm: record.ipvsadm)
    let restorer = Restorer(access, isNamed: true) { _ in "when that is cured, run `ipvs-timeout put-back` again" }
    if restorer.end(record.stakes.map(Stake.init), &account) { trial.forget() }
  }
}
