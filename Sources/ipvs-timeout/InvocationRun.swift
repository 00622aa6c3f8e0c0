// SPDX-License-Identifier: Apache-2.0

internal import Changes
internal import Directors
internal import IPVS
internal import Policy
internal import Text

extension Invocation {
  /// Does what the command line asks for and prints the result.
  ///
  /// - Throws: ``Failure``.
  func run() throws(Failure) -> ExitStatus {
    switch self {
    // A trial tells of them itself, when it has seen what its caller wants of signals.
    case .ipvsadm, .text, .putBack, .trial: break
    default: UndoneTrial.reportAll()
    }
    return try carriedOut()
  }

  private func carriedOut() throws(Failure) -> ExitStatus {
    switch self {
    case .show(let output, let access):
      return try access.run(.show, Timeouts(), output)
    case .set(let wanted, let isDryRun, let output, let access):
      return try access.run(.set(isDryRun: isDryRun), wanted, output)
    case .verify(let wanted, let output, let access):
      return try access.run(.verify, wanted, output)
    case .verifyPolicy(let path, let output, let access):
      return try PolicyFile(read: path).verify(output, access)
    case .apply(let path, let application, let output, let access):
      return try PolicyFile(read: path).apply(application, output, access)
    case .checkPolicy(let path, let output, let scope):
      return try PolicyFile(read: path).explain(output, scope)
    case .connections(let request, let output, let access):
      return try request.run(output, access)
    case .doctor(let policy, let output, let access):
      return try DoctorRun(policy, output, access).run()
    case .diagnoseSockets(let output, let access):
      return try SocketsRun(output, access).run()
    case .trial(let request, let output, let access):
      return try TrialRun(request, output, access).run()
    case .putBack(let isKeeping, let output):
      return try PutBackRun(isKeeping: isKeeping, output).run()
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
  /// Does something with one director, or with those of several network namespaces.
  func run(_ deed: Deed, _ wanted: Timeouts, _ output: Invocation.Output) throws(Failure) -> ExitStatus {
    guard scope.choice == .unsaid else {
      var round = Round(output, self)
      try round.visit(scope.places(&round).map { Aim(place: $0, wanted: wanted) }, deed)
      return try round.finished()
    }
    let report = try report(deed, wanted)
    try output.print(report)
    return try report.status()
  }

  /// Does something with the caller's own director; others have their turn when it is done, and not when it is read.
  private func report(_ deed: Deed, _ wanted: Timeouts) throws(Failure) -> Report {
    let turn = try ChangeLock.turn(for: deed)
    defer { extendLifetime(turn) }
    do throws(BackendError) {
      let director = try Director(backend: backend, ipvsadm: ipvsadm)
      let finding = try deed.done(to: director, wanted)
      // When no answer comes, the error itself names both ways.
      StandardStreams.report(director.fallback)
      return Report(backend: director.backend, finding: finding)
    } catch {
      throw Failure(error)
    }
  }
}
