// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import Glibc
internal import IPVS
internal import Ipvsadm
internal import SystemPackage
internal import Text

/// What a command line asks for: nothing in it needs to be checked again.
enum Invocation: Hashable {
  /// Print the timeouts.
  case show(Output, Access)
  /// Set the timeouts that are named.
  case set(Timeouts, isDryRun: Bool, Output, Access)
  /// Compare the timeouts that are named.
  case verify(Timeouts, Output, Access)
  /// Compare the timeouts with a policy file.
  case verifyPolicy(FilePath, Output, Access)
  /// Make the timeouts as a policy file says.
  case apply(FilePath, Application, Output, Access)
  /// Read a policy file and say what it wants where.
  case checkPolicy(FilePath, Output, NamespaceSelection)
  /// Say what the timers of the live connections are.
  indirect case connections(ConnectionsRequest, Output, Access)
  /// Say why the timeouts may have no effect.
  indirect case doctor(policy: FilePath?, Output, Access)
  /// Say what becomes of the host's own TCP sockets.
  indirect case diagnoseSockets(Output, Access)
  /// Set the timeouts that are named for a while.
  indirect case trial(TrialRequest, Output, Access)
  /// Finish what killed trials have left undone.
  case putBack(isKeeping: Bool, Output)
  /// One of ipvsadm's own forms.
  case ipvsadm(IpvsadmCommand)
  /// Print a text that the argument parser made: help, the version, a completion script.
  case text(String)

  /// How to write the result.
  struct Output: Hashable {
    var format = Format.text
    var isQuiet = false
    var isChangedOnly = false
  }

  /// How to reach the timeouts, and where.
  struct Access: Hashable {
    var backend = BackendChoice.auto
    var ipvsadm: String?
    var scope = NamespaceSelection()
  }

  /// How to apply a policy.
  struct Application: Hashable {
    var isDryRun = false
    /// How long to look for namespaces that have just appeared.
    var settling: Duration?
  }

  /// Reads a command line: one of ours by the argument parser, or one in ipvsadm's language.
  ///
  /// - Throws: ``Failure``, for a command line that is not understood.
  init(_ arguments: [String]) throws(Failure) {
    if !RootCommand.isNamed(in: arguments), IpvsadmGrammar.isSpoken(in: arguments) {
      do { self = .ipvsadm(try IpvsadmGrammar.parse(arguments, isPosix: Invocation.isPosix)) } catch {
        throw Failure(error)
      }
    } else {
      self = try RootCommand.invocation(arguments)
    }
  }

  /// Whether ipvsadm would end its options at the first value.
  private static var isPosix: Bool {
    getenv("POSIXLY_CORRECT") != nil || getenv("POSIX_ME_HARDER") != nil
  }
}

extension Invocation {
  /// Does what the command line asks for and prints the result.
  ///
  /// - Throws: ``Failure``.
  func run() throws(Failure) -> ExitStatus {
    switch self {
    // A trial tells of them itself, when it has seen what its caller wants of signals.
    case .ipvsadm, .text, .putBack, .trial: break
    default: UnfinishedTrial.reportAll()
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
      return try RollbackRun(isKeeping: isKeeping, output).run()
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
  func run(_ deed: DirectorAction, _ wanted: Timeouts, _ output: Invocation.Output) throws(Failure) -> ExitStatus {
    guard scope.choice == .unsaid else {
      var round = CommandContext(output, self)
      try round.visit(scope.places(&round).map { TargetTimeouts(place: $0, wanted: wanted) }, deed)
      return try round.finished()
    }
    let report = try report(deed, wanted)
    try output.print(report)
    return try report.status()
  }

  /// Does something with the caller's own director; others have their turn when it is done, and not when it is read.
  private func report(_ deed: DirectorAction, _ wanted: Timeouts) throws(Failure) -> Report {
    let turn = try ChangeLock.turn(for: deed)
    defer { extendLifetime(turn) }
    do throws(DirectorError) {
      let director = try Director(backend: backend, ipvsadm: ipvsadm)
      let finding = try deed.perform(on: director, wanted)
      // When no answer comes, the error itself names both ways.
      StandardStreams.report(director.fallback)
      return Report(backend: director.backend, finding: finding)
    } catch {
      throw Failure(error)
    }
  }
}
