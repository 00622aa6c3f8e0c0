// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS
internal import Ipvsadm
internal import Text

extension IpvsadmCommand {
  /// Runs one of ipvsadm's forms, with ipvsadm's output and exit status.
  ///
  /// - Throws: ``Failure``.
  func run() throws(Failure) -> ExitStatus {
    var director: Director
    do { director = try Director() } catch { throw Failure(error, status: .ipvsadmFailedToOpen) }
    var output = TextBuffer()
    do { try carryOut(on: &director, &output) } catch { throw Failure(error, status: status(after: error)) }
    StandardStreams.report(director.fallback)
    try StandardStreams.print(output)
    return .success
  }

  /// Runs the form, and appends the output.
  private func carryOut(on director: inout Director, _ output: inout TextBuffer) throws(DirectorError) {
    switch self {
    case .list:
      try director.timeouts().appendLine(to: &output)
      output.append("\n")
    case .set(let timeouts):
      try director.send(timeouts)
    }
  }

  /// The status of a failed operation.
  ///
  /// ipvsadm finds missing IPVS or privileges when it starts.
  private func status(after error: DirectorError) -> ExitStatus {
    switch (self, error.exitStatus) {
    case (_, .unavailable), (_, .notPermitted): .ipvsadmFailedToOpen
    case (.list, _): .ipvsadmFailedToList
    case (.set, _): .ipvsadmFailedToSet
    }
  }
}
