// SPDX-License-Identifier: Apache-2.0

internal import Connections
internal import Directors
internal import IPVS
internal import Text

extension ConnectionsRequest {
  /// Looks at the connections of each namespace, when it is time to, and prints what there is to say.
  ///
  /// - Throws: ``Failure``, for what would be the same everywhere.
  func run(_ output: Invocation.Output, _ access: Invocation.Access) throws(Failure) -> ExitStatus {
    var round = Round(output, access)
    let isNamed = access.scope.choice != .unsaid
    let places = isNamed ? try access.scope.places(&round) : [Place(.current)]
    var look = ConnectionsLook(at: places, filter, access)
    let hasWaited: Bool? = if let wait { try look.wait(wait, isQuiet: output.isQuiet, &round) } else { nil }
    var printer = ConnectionsPrinter(output, isNamed: isNamed)
    let outdated = isList ? try look.list(&round, &printer) : try look.summarize(&round, &printer)
    try printer.finish()
    if let hasWaited, outdated.count > 0 { round.note(Failure(outdated.sentence(hasWaited: hasWaited), .timedOut)) }
    let status = try round.finished()
    return isList && outdated.count > 0 ? status.worse(.notAsWanted) : status
  }
}

/// How many connections are outdated, over all namespaces, and for how long they can be.
struct OutdatedCount: Hashable {
  var count = 0
  /// For how many seconds at the most some will be outdated.
  var seconds: UInt32 = 0

  /// So many connections, with their verb.
  var subject: String { count == 1 ? "1 connection is" : "\(count) connections are" }

  /// Why there are some after waiting.
  ///
  /// - Parameter hasWaited: Whether there was none any more before the result was read.
  /// - Returns: The sentence.
  fileprivate func sentence(hasWaited: Bool) -> String {
    let time = "for \(hasWaited ? "" : "another ")\(DurationText.text(seconds)) at the most"
    return hasWaited
      ? "none was outdated any more, and now \(subject) outdated again, \(time): a timeout may have become shorter;"
        + " wait again"
      : "the time given to --wait is over and \(subject) still outdated, \(time); wait longer, or see which with"
        + " `ipvs-timeout connections --outdated`"
  }
}
