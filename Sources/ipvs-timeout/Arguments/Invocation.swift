// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import Glibc
internal import Ipvsadm

/// What a command line asks for: one request for each command, in which nothing needs to be checked again.
enum Invocation: Hashable {
  case show(ShowRequest)
  case set(SetRequest)
  indirect case setAndRenew(SetRequest, Renewal)
  case verify(VerifyRequest)
  case verifyPolicy(VerifyPolicyRequest)
  indirect case apply(ApplyRequest)
  case checkPolicy(CheckPolicyRequest)
  indirect case connections(ConnectionsRequest)
  indirect case doctor(DoctorRequest)
  indirect case sockets(SocketsRequest)
  indirect case trial(TrialRequest)
  case rollback(RollbackRequest)
  indirect case renew(RenewRequest)
  /// One of ipvsadm's own forms.
  case ipvsadm(IpvsadmCommand)
  /// A text that the argument parser makes: the help, the version, a completion script.
  case text(String)

  /// Reads a command line, in this program's language or in ipvsadm's.
  ///
  /// - Throws: ``Failure``, when the command line is not understood.
  init(_ arguments: [String]) throws(Failure) {
    if !RootCommand.isNamed(in: arguments), IpvsadmGrammar.isSpoken(in: arguments) {
      do { self = .ipvsadm(try IpvsadmGrammar.parse(arguments, isPosix: Invocation.isPosix)) } catch {
        throw Failure(error)
      }
    } else {
      self = try RootCommand.invocation(arguments)
    }
  }

  /// Whether ipvsadm would expect no option after the first value.
  private static var isPosix: Bool {
    getenv("POSIXLY_CORRECT") != nil || getenv("POSIX_ME_HARDER") != nil
  }

  /// Runs the request and prints the result.
  ///
  /// - Throws: ``Failure``.
  func run() throws(Failure) -> ExitStatus {
    if reportsUnfinishedTrials { UnfinishedTrial.reportAll() }
    return switch self {
    case .show(let request): try request.run()
    case .set(let request): try request.run()
    case .setAndRenew(let request, let renewal): try request.run(then: renewal)
    case .verify(let request): try request.run()
    case .verifyPolicy(let request): try request.run()
    case .apply(let request): try request.run()
    case .checkPolicy(let request): try request.run()
    case .connections(let request): try request.run()
    case .doctor(let request): try request.run()
    case .sockets(let request): try request.run()
    case .trial(let request): try request.run()
    case .rollback(let request): try request.run()
    case .renew(let request): try request.run()
    case .ipvsadm(let command): try command.run()
    case .text(let text): try StandardStreams.print(text)
    }
  }

  /// Whether it reports the timeouts that killed trials left set.
  ///
  /// A trial reports them itself, after it has saved its caller's signal actions.
  private var reportsUnfinishedTrials: Bool {
    switch self {
    case .ipvsadm, .text, .rollback, .trial: false
    case .show, .set, .setAndRenew, .verify, .verifyPolicy, .apply, .checkPolicy, .connections, .doctor, .sockets,
      .renew:
      true
    }
  }
}
