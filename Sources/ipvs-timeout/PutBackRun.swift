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
      for trial in UndoneTrial.all().reversed() {
        if isKeeping { trial.forget() } else { trial.finish(&account) }
      }
      extendLifetime(turn)
    }
    return account.status.worse(account.tell(output))
  }
}

extension UndoneTrial {
  /// Finishes those that were begun since then, the last one first.
  static func finish(since time: Int, _ account: inout Account) {
    guard mayBe() else { return }
    for trial in all().reversed() where trial.time > time { trial.finish(&account) }
  }

  /// Puts back what it has left set, and forgets it when nothing failed.
  fileprivate func finish(_ account: inout Account) {
    guard let record else { return account.note(Failure(sentence, .refused)) }
    let access = Invocation.Access(
      backend: BackendChoice(rawValue: record.backend) ?? .auto, ipvsadm: record.ipvsadm)
    let restorer = Restorer(access, isNamed: true) { _ in "when that is cured, run `ipvs-timeout put-back`" }
    if restorer.end(record.stakes.map(Stake.init), &account) { forget() }
  }
}
