// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Directors
internal import IPVS
internal import Ipvsadm
internal import Linux
internal import Text

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

  /// Puts back what they have left, the last one first, or forgets it.
  ///
  /// - Throws: ``Failure``, when another change does not end in time.
  func run() throws(Failure) -> ExitStatus {
    StandardDescriptors.take()
    StandardStreams.outliveReader()
    var account = Account()
    try ChangeLock.withLock {
      for trial in UnfinishedTrial.all().reversed() {
        if isKeeping { trial.forget() } else { trial.finish(&account) }
      }
    }
    return account.status.worse(account.tell(output))
  }
}

extension UnfinishedTrial {
  /// Finishes those that were begun since then, the last one first.
  static func finish(since time: Int, _ account: inout Account) {
    guard mayBe() else { return }
    for trial in all().reversed() where trial.time > time { trial.finish(&account) }
  }

  /// Puts back what it has left set, and forgets it when nothing failed.
  fileprivate func finish(_ account: inout Account) {
    guard let record else { return account.note(Failure(sentence, .refused)) }
    let access = Access(
      backend: BackendChoice(rawValue: record.backend) ?? .auto, ipvsadm: record.ipvsadm)
    let restorer = TrialRollback(access, isNamed: true) { _ in "when that is cured, run `ipvs-timeout rollback`" }
    if restorer.end(record.stakes.map(Stake.init), &account) { forget() }
  }
}

extension UnfinishedTrial {
  /// Says on standard error what earlier trials have left set, and how to put it back.
  static func reportAll() {
    guard mayBe() else { return }
    for trial in all() { StandardStreams.report("ipvs-timeout: \(trial.sentence)") }
  }

  /// What it has left set.
  var sentence: String {
    guard let record else {
      return "\(path) was left by an earlier `ipvs-timeout try` or `with` and cannot be read; look at the timeouts with"
        + " `ipvs-timeout show --all-netns`, correct them, and run `ipvs-timeout rollback --keep`"
    }
    let most = 3
    var places = record.stakes.prefix(most).map { "\($0.name.printable) \($0.change)" }
    if record.stakes.count > most { places.append("\(record.stakes.count - most) more network namespaces") }
    return "an earlier `ipvs-timeout \(record.command.printable)` has not put back what it had set in"
      + " \(places.joined(separator: ", ")); run `ipvs-timeout rollback`, or `ipvs-timeout rollback --keep` to leave the"
      + " timeouts as they are"
  }
}

extension TrialRecord.Stake {
  /// What was set, and what was before.
  fileprivate var change: String {
    "(\(Timeouts.Name.allCases.compactMap(change).joined(separator: ", ")))"
  }

  private func change(_ name: Timeouts.Name) -> String? {
    guard let value = set[name], let old = before[name] else { return nil }
    return "\(name.rawValue) \(value.seconds) s, before \(old.seconds) s"
  }
}
