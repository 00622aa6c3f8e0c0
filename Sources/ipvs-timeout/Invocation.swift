// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import Glibc
internal import IPVS
internal import Ipvsadm
internal import SystemPackage

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
  case checkPolicy(FilePath, Output, Scope)
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
    var scope = Scope()
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
