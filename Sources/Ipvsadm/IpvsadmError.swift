// SPDX-License-Identifier: Apache-2.0

package import IPVS
package import SystemPackage
internal import Text

/// Why the program ipvsadm did not do what was asked of it.
package struct IpvsadmError: Error, Sendable, Hashable {
  /// What happened.
  package enum Cause: Error, Sendable, Hashable {
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
  package let cause: Cause
  /// What it was told to do.
  package let command: IpvsadmCommand
  /// The program, or the places where it was looked for.
  package let program: String

  /// The network namespace in which it was, or was to be, run.
  package let namespace: NetworkNamespace
  /// The file by which it was entered, to be shown in advice.
  let entrance: FilePath?
  package init(_ cause: Cause, _ command: IpvsadmCommand, program: String, in namespace: NetworkNamespace = .current) {
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

extension IpvsadmError: CustomStringConvertible {
  /// One sentence: what was attempted, where, why it failed, and what to do. It does not end in a full stop.
  package var description: String {
    "cannot \(command.attempt) in \(namespace.place) with the program \(program.printable): \(reason); \(advice)"
  }

  /// Why it failed.
  package var reason: String {
    switch cause {
    case .missing: "there is no such file"
    case .notExecutable(let errno): "it cannot be executed (\(errno.description), errno \(errno.rawValue))"
    case .itself: "it is ipvs-timeout itself under that name"
    case .noSuchNamespace: "there is no such namespace"
    case .notANamespace: "the file is not a network namespace"
    case .noNsenter: "running it there requires nsenter, which is not in /usr/bin or /bin"
    case .nested: "ipvs-timeout was itself started as ipvsadm (IPVS_TIMEOUT_BACKEND is set)"
    case .notStarted(let why): "it was not started: \(why.printable)"
    case .unavailable(let said): "it finds no IPVS here\(quoted(said))"
    case .notPermitted(let said): "it has no permission\(quoted(said))"
    case .mayNotEnter(let said): "you may not enter the namespace\(quoted(said))"
    case .failed(let status, let said): "it failed with status \(status)\(quoted(said))"
    case .killed(let signal): "it was killed by signal \(signal)"
    case .lost(let why): "waiting for it failed (\(why.printable))"
    case .timedOut: "it did not finish in time and was killed"
    case .tooMuchOutput: "it printed far more than ipvsadm does"
    case .unreadable(let output):
      "it printed \(output.isEmpty ? "nothing" : "\"\(output.printable)\"") instead of ipvsadm's line"
    }
  }

  /// What to do, as it follows the reason and a semicolon.
  package var advice: String {
    switch cause {
    case .missing:
      "install ipvsadm, or name its path with --ipvsadm"
    case .notExecutable:
      "check the file, or name another one with --ipvsadm"
    case .itself:
      "name the real ipvsadm with --ipvsadm"
    case .noSuchNamespace:
      "run `ipvs-timeout show --all-netns` for a list"
    case .notANamespace:
      "if the namespace is mounted elsewhere, name it as /proc/PID/root/PATH"
    case .noNsenter:
      "install util-linux"
    case .nested:
      "let the script named ipvsadm run the real ipvsadm"
    case .notStarted:
      "raise that limit, then try again"
    case .unavailable:
      "run `modprobe ip_vs`, or start the service that this ipvsadm talks to"
    case .notPermitted:
      "run it as root of the host, with CAP_NET_ADMIN"
    case .mayNotEnter:
      "run it as root of the host, with CAP_SYS_ADMIN, and also CAP_SYS_PTRACE to enter the namespace of a process"
    case .failed, .killed:
      "run `\(commandLine)` by hand to see more"
    case .lost:
      "run `\(commandLine)` by hand to see what it does"
    case .timedOut:
      "run `\(commandLine)` by hand to see where it hangs"
    case .tooMuchOutput, .unreadable:
      "if it is not ipvsadm, name the real one with --ipvsadm"
    }
  }

  private func quoted(_ said: String) -> String {
    said.isEmpty ? " and printed no message" : ": \"\(said.printable)\""
  }

  private var commandLine: String {
    let nsenter = entrance.map { ["nsenter", "--net=\($0.string.printable)"] } ?? []
    return (nsenter + [program.printable] + command.arguments).joined(separator: " ")
  }
}

extension IpvsadmCommand {
  fileprivate var attempt: String {
    switch self {
    case .list: "read the timeouts"
    case .set: "set the timeouts"
    }
  }
}
