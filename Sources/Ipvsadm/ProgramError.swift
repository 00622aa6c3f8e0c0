// SPDX-License-Identifier: Apache-2.0

public import IPVS
public import SystemPackage

/// Why the program ipvsadm did not do what was asked of it.
public struct ProgramError: Error, Sendable, Hashable {
  /// What happened.
  public enum Cause: Error, Sendable, Hashable {
    /// There is no such file, in any of the places looked at.
    case missing
    /// The file cannot be executed, with the system's reason.
    case notExecutable(Errno)
    /// The file is this very program under ipvsadm's name.
    case itself
    /// There is no such network namespace to run it in.
    case noSuchNamespace
    /// The file by which it was to be entered is no network namespace.
    case notANamespace
    /// There is no nsenter to run it in another network namespace with.
    case noNsenter
    /// This program was itself started as ipvsadm by another of its kind.
    case nested
    /// The program was not started, for this reason.
    case notStarted(String)
    /// The program said that IPVS is not there.
    case unavailable(said: String)
    /// The program said that the caller may not.
    case notPermitted(said: String)
    /// nsenter said that the caller may not enter the network namespace.
    case mayNotEnter(said: String)
    /// The program ended with this status and said this on its standard error.
    case failed(status: CInt, said: String)
    /// The program was killed by this signal.
    case killed(signal: CInt)
    /// The program could not be followed to its end, for this reason.
    case lost(String)
    /// The program had not ended in time; it was killed with its process group.
    case timedOut
    /// The program wrote more than it could have to say.
    case tooMuchOutput
    /// The program succeeded but did not print what ipvsadm prints.
    case unreadable(output: String)
  }

  /// What happened.
  public let cause: Cause
  /// What it was told to do.
  public let command: IpvsadmCommand
  /// The program, or the places where it was looked for.
  public let program: String

  /// The network namespace in which it was, or was to be, run.
  public let namespace: NetworkNamespace
  /// The file by which it was entered, to be shown in advice.
  let entrance: FilePath?

  /// An error with its parts.
  public init(_ cause: Cause, _ command: IpvsadmCommand, program: String, in namespace: NetworkNamespace = .current) {
    self.init(cause, command, program: program, in: namespace, by: nil)
  }

  init(
    _ cause: Cause, _ command: IpvsadmCommand, program: String, in namespace: NetworkNamespace,
    by entrance: FilePath?
  ) {
    self.namespace = namespace
    self.entrance = entrance
    self.cause = cause
    self.command = command
    self.program = program
  }
}
