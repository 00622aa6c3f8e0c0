// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS
internal import Ipvsadm

extension IpvsadmCommand {
  /// Does what ipvsadm would do, with its output and its exit statuses.
  ///
  /// - Throws: ``Failure``.
  func run() throws(Failure) -> ExitStatus {
    let director: Director
    do { director = try Director() } catch { throw Failure(error, status: .ipvsadmFailedToOpen) }
    let output: String
    do { output = try carryOut(on: director) } catch { throw Failure(error, status: status(after: error)) }
    director.announceFallback()
    try StandardStreams.print(output)
    return .success
  }

  /// Does it; returns what ipvsadm prints.
  private func carryOut(on director: borrowing Director) throws(BackendError) -> String {
    switch self {
    case .list:
      return try director.timeouts().ipvsadmLine() + "\n"
    case .set(let timeouts):
      try director.send(timeouts)
      return ""
    }
  }

  /// The status of a failed operation; a lack of IPVS or of privilege meets ipvsadm when it starts.
  private func status(after error: BackendError) -> ExitStatus {
    switch (self, error.exitStatus) {
    case (_, .unavailable), (_, .notPermitted): .ipvsadmFailedToOpen
    case (.list, _): .ipvsadmFailedToList
    case (.set, _): .ipvsadmFailedToSet
    }
  }
}
