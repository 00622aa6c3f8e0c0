// SPDX-License-Identifier: Apache-2.0

internal import Diagnosis
internal import Directors
internal import IPVS
internal import Text

/// Diagnoses the sockets of network namespaces, one after another; IPVS need not be there.
struct SocketsRun {
  private let output: Invocation.Output
  private let access: Invocation.Access

  init(_ output: Invocation.Output, _ access: Invocation.Access) {
    self.output = output
    self.access = access
  }

  /// Prints what is found.
  ///
  /// - Throws: ``Failure``, for what would be the same everywhere, or when the result cannot be written.
  func run() throws(Failure) -> ExitStatus {
    var round = Round(output, access)
    let isNamed = access.scope.choice != .unsaid
    var hasProblem = false
    var isFirst = true
    for place in isNamed ? try access.scope.places(&round) : [Place(.current)] {
      let facts: SocketFacts
      do throws(IPVSError) {
        facts = try SocketFacts(in: place.namespace, known: place.known)
      } catch {
        let error = BackendError.netlink(error)
        // Where another one could be read, it is not the same everywhere.
        if error.isAboutCaller, isFirst { throw Failure(error) }
        round.note(Failure(error))
        continue
      }
      let report = SocketsReport(place: place, facts: facts, isNamed: isNamed)
      hasProblem = hasProblem || report.report.hasProblem
      try print(report, isFirst: isFirst)
      isFirst = false
    }
    let status = try round.finished()
    return hasProblem ? status.worse(.notAsWanted) : status
  }

  private func print(_ report: SocketsReport, isFirst: Bool) throws(Failure) {
    guard !output.isQuiet else { return }
    var text = TextBuffer()
    if !isFirst, output.format == .text { text.append("\n") }
    text.append(output.format == .json ? report.json : report.text)
    try StandardStreams.print(text)
  }
}
