// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import Ipvsadm
internal import Text

extension Invocation {
  /// Does what the command line asks for and prints the result.
  ///
  /// - Throws: ``Failure``.
  func run() throws(Failure) -> ExitStatus {
    switch self {
    case .show(let output, let access):
      try access.withDirector { director throws(BackendError) in
        .timeouts(try director.timeouts())
      }.print(output)
      return .success

    case .set(let wanted, let isDryRun, let output, let access):
      let report = try access.withDirector { director throws(BackendError) in
        .change(try director.set(wanted, isDryRun: isDryRun))
      }
      try report.print(output)
      try report.checkThatSet()
      return .success

    case .verify(let wanted, let output, let access):
      let report = try access.withDirector { director throws(BackendError) in
        .verdict(wanted: wanted, actual: try director.timeouts())
      }
      try report.print(output)
      return report.isAsWanted ? .success : .notAsWanted

    case .ipvsadm(let command):
      return try command.run()

    case .text(let string):
      var text = TextBuffer()
      text.append(string)
      try StandardStreams.print(text)
      return .success
    }
  }
}

extension Invocation.Access {
  /// Opens the director and asks it.
  fileprivate func withDirector(
    _ ask: (borrowing Director) throws(BackendError) -> Report.Finding
  ) throws(Failure) -> Report {
    do throws(BackendError) {
      let director = try Director(backend: backend, ipvsadm: ipvsadm)
      let finding = try ask(director)
      director.announceFallback()
      return Report(backend: director.backend, finding: finding)
    } catch {
      throw Failure(error)
    }
  }
}

extension Director {
  /// Says on standard error, once an answer has come, that it came another way than expected.
  ///
  /// When none comes, the error itself names both ways.
  func announceFallback() {
    guard let reasonForFallback else { return }
    StandardStreams.report("ipvs-timeout: using the program ipvsadm instead of netlink: \(reasonForFallback)")
  }
}

extension Report {
  fileprivate func print(_ output: Invocation.Output) throws(Failure) {
    guard !output.isQuiet else { return }
    try StandardStreams.print(output.format.render(self))
  }

  fileprivate var isAsWanted: Bool {
    guard case .verdict(let wanted, let actual) = finding else { return true }
    return actual.isAsWanted(wanted)
  }

  /// What was written and is not what is read is an error.
  fileprivate func checkThatSet() throws(Failure) {
    guard case .change(let change) = finding, !change.isDryRun, !change.isAsWanted else { return }
    throw Failure(
      "the timeouts in this network namespace are not what was just set: "
        + change.drift.map(\.sentence).joined(separator: ", ")
        + "; another program may have written them (keepalived, kube-proxy, kube-router: set them there, too),"
        + " or the kernel lacks the protocol",
      .refused)
  }
}
